import { type Colour, css, darker, lighter } from '../../domain/colour.ts'
import { between, type Chance } from '../../domain/seeded.ts'
import { bottom, type Context, disc, downward, left, oval, right, shape, top } from './canvas.ts'
import { paintShade } from './sky.ts'

export const conifer = (context: Context, x: number, y: number, size: number, one: Colour): void => {
  context.fillStyle = css(darker(one, 0.45))
  context.fillRect(x - size * 0.035, y - size * 0.14, size * 0.07, size * 0.16)
  for (const [at, level] of [0.1, 0.34, 0.58].entries()) {
    const [base, half, tip] = [y - size * level, size * (0.25 - at * 0.055), y - size * (level + 0.42)]
    context.fillStyle = downward(context, tip, base, lighter(one, 0.14), darker(one, 0.18))
    context.beginPath()
    context.moveTo(x, tip)
    context.quadraticCurveTo(x + half * 0.4, base - size * 0.08, x + half, base)
    context.quadraticCurveTo(x, base + size * 0.045, x - half, base)
    context.quadraticCurveTo(x - half * 0.4, base - size * 0.08, x, tip)
    context.fill()
  }
}

export const roundTree = (context: Context, x: number, y: number, size: number, one: Colour, chance: Chance): void => {
  paintShade(context, x, y, size * 0.3, size * 0.04, 0.22)
  context.fillStyle = css(darker([112, 80, 58], 0.25))
  shape(context, [
    [x - size * 0.055, y],
    [x - size * 0.03, y - size * 0.5],
    [x + size * 0.03, y - size * 0.5],
    [x + size * 0.06, y],
  ])
  const lobes = Array.from({ length: 9 }, (_, at) => {
    const turn = (at / 9) * 2 * Math.PI
    return {
      dx: Math.cos(turn) * size * between(0.14, 0.22, chance),
      dy: Math.sin(turn) * size * between(0.12, 0.18, chance),
    }
  })
  const crown = y - size * 0.64
  context.fillStyle = css(darker(one, 0.22))
  for (const { dx, dy } of lobes) disc(context, x + dx, crown + dy + size * 0.03, size * 0.17)
  context.fillStyle = css(one)
  for (const { dx, dy } of lobes)
    disc(context, x + dx * 0.92 - size * 0.015, crown + dy * 0.9 - size * 0.015, size * 0.155)
  context.fillStyle = css(lighter(one, 0.2), 0.75)
  for (const { dx, dy } of lobes.slice(4, 8))
    disc(context, x + dx * 0.7 - size * 0.03, crown + dy * 0.7 - size * 0.05, size * 0.09)
}

/** A row of trees, seen from afar. */
export const treeLine = (
  context: Context,
  line: (x: number) => number,
  one: Colour,
  size: number,
  chance: Chance,
): void => {
  for (let x = left; x < right; x += size * between(0.2, 0.42, chance)) {
    conifer(context, x, line(x) + size * 0.08, size * between(0.7, 1.25, chance), one)
  }
}

/** A trunk that goes out of the picture at its top. */
export const trunk = (context: Context, x: number, y: number, thick: number, one: Colour, chance: Chance): void => {
  const lean = between(-18, 18, chance)
  const bark = context.createLinearGradient(x - thick / 2, 0, x + thick / 2, 0)
  bark.addColorStop(0, css(lighter(one, 0.12)))
  bark.addColorStop(0.5, css(one))
  bark.addColorStop(1, css(darker(one, 0.35)))
  paintShade(context, x + 14, y, thick * 1.1, thick * 0.16, 0.3)
  context.fillStyle = bark
  context.beginPath()
  context.moveTo(x - thick * 0.85, y + 6)
  context.quadraticCurveTo(x - thick * 0.45, y - 30, x - thick * 0.42 + lean * 0.4, y - 190)
  context.lineTo(x - thick * 0.36 + lean, top)
  context.lineTo(x + thick * 0.36 + lean, top)
  context.lineTo(x + thick * 0.42 + lean * 0.4, y - 190)
  context.quadraticCurveTo(x + thick * 0.45, y - 30, x + thick * 0.9, y + 6)
  context.fill()
  context.strokeStyle = css(darker(one, 0.5), 0.35)
  context.lineWidth = 2
  for (let at = 0; at < 5; at += 1) {
    const [from, dx] = [between(top, y - 60, chance), between(-thick * 0.25, thick * 0.25, chance)]
    context.beginPath()
    context.moveTo(x + dx + lean * 0.5, from)
    context.lineTo(x + dx + lean * 0.3 + between(-3, 3, chance), from + between(24, 60, chance))
    context.stroke()
  }
}

/** Leaves that hang into the picture from above. */
export const canopy = (
  context: Context,
  fromX: number,
  toX: number,
  deep: number,
  one: Colour,
  chance: Chance,
): void => {
  for (const [shade, lift] of [
    [0.3, 0],
    [0.08, 26],
  ] as const) {
    context.fillStyle = css(darker(one, shade))
    for (let x = fromX; x <= toX; x += 34) {
      const nearEdge = Math.min(1, Math.min(x - fromX, toX - x) / 180)
      disc(context, x, top + deep * nearEdge * between(0.35, 0.8, chance) - lift, between(38, 66, chance))
    }
  }
}

/** Blades against the light at the lower edge. */
export const grass = (context: Context, one: Colour, tall: number, chance: Chance, fromX = left, toX = right): void => {
  context.fillStyle = css(one)
  for (let x = fromX; x < toX; x += between(5, 13, chance)) {
    const [lean, blade] = [between(-16, 16, chance), tall * between(0.45, 1, chance)]
    context.beginPath()
    context.moveTo(x - 4, bottom)
    context.quadraticCurveTo(x, bottom - blade * 0.6, x + lean, bottom - blade)
    context.quadraticCurveTo(x + 5, bottom - blade * 0.5, x + 6, bottom)
    context.fill()
  }
}

export const bush = (context: Context, x: number, y: number, size: number, one: Colour, chance: Chance): void => {
  context.fillStyle = downward(context, y - size, y, lighter(one, 0.1), darker(one, 0.3))
  for (let at = 0; at < 7; at += 1) {
    oval(
      context,
      x + (at - 3) * size * 0.3,
      y - size * 0.2 * between(0.6, 1.6, chance),
      size * 0.36,
      size * between(0.3, 0.45, chance),
    )
  }
}

export const flowers = (
  context: Context,
  line: (x: number) => number,
  colours: readonly Colour[],
  chance: Chance,
): void => {
  for (let at = 0; at < 60; at += 1) {
    const x = between(left, right, chance)
    const y = between(line(x) + 26, bottom - 40, chance)
    const size = 1.5 + ((y - 480) / 240) * 3.4
    context.fillStyle = css(colours[at % colours.length] as Colour, 0.9)
    for (let petal = 0; petal < 5; petal += 1) {
      disc(
        context,
        x + Math.cos(petal * 1.257) * size,
        y + Math.sin(petal * 1.257) * size * 0.7,
        Math.max(0.6, size * 0.62),
      )
    }
    context.fillStyle = 'rgba(255,236,150,0.95)'
    disc(context, x, y, Math.max(0.5, size * 0.5))
  }
}
