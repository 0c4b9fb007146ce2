import { type Colour, css, darker, lighter, mix } from '../../domain/colour.ts'
import type { Palette } from '../../domain/scene-palette.ts'
import { between, type Chance } from '../../domain/seeded.ts'
import { bottom, type Context, downward, left, oval, right, shape } from './canvas.ts'

type Line = (x: number) => number

/** A soft line of hills: a few waves over one another. */
export const hillLine = (y: number, rise: number, chance: Chance): Line => {
  const waves = [1, 2.3, 4.1].map((frequency, at) => ({
    frequency: (frequency * between(0.8, 1.2, chance) * Math.PI) / 900,
    phase: between(0, 2 * Math.PI, chance),
    rise: rise / (1 + at * 1.6),
  }))
  return (x) => y - waves.reduce((sum, wave) => sum + Math.sin(x * wave.frequency + wave.phase) * wave.rise, 0)
}

/** Fills what is under a line, lighter at its top: the further off, the more. */
export const paintUnder = (context: Context, line: Line, one: Colour, low: Colour, step = 12): void => {
  const tops: [number, number][] = []
  for (let x = left; x <= right + step; x += step) tops.push([x, line(x)])
  const highest = Math.min(...tops.map(([, y]) => y))
  context.fillStyle = downward(context, highest, bottom, one, mix(one, low, 0.55), low)
  shape(context, [[left, bottom], ...tops, [right + step, bottom]])
}

/** The ground that figures stand on. */
export const paintGround = (context: Context, { ground }: Palette, line: Line, chance: Chance): void => {
  paintUnder(context, line, lighter(ground, 0.12), darker(ground, 0.42))
  for (let at = 0; at < 46; at += 1) {
    const x = between(left, right, chance)
    const y = between(line(x) + 14, bottom, chance)
    context.fillStyle = css(at % 2 === 0 ? darker(ground, 0.22) : lighter(ground, 0.16), 0.35)
    oval(context, x, y, between(18, 70, chance), between(2, 5, chance))
  }
}

/** Jagged peaks with snow on them. */
export const paintPeaks = (context: Context, { far, skyLow, light }: Palette, y: number, chance: Chance): void => {
  for (const [depth, share] of [
    [0, 0.45],
    [70, 0.1],
  ] as const) {
    const rock = mix(darker(far, 0.1), skyLow, share)
    for (let x = left - 60; x < right + 60; ) {
      const [span, tall] = [between(260, 400, chance), between(190, 330, chance) - depth]
      const [peak, base] = [x + span * between(0.42, 0.58, chance), y + 120]
      context.fillStyle = downward(context, y - tall, base, lighter(rock, 0.12), mix(rock, skyLow, 0.4))
      shape(context, [
        [x - 40, base],
        [peak, y - tall],
        [x + span + 40, base],
      ])
      context.fillStyle = css(darker(rock, 0.28), 0.55)
      shape(context, [
        [peak, y - tall],
        [x + span + 40, base],
        [peak + span * 0.12, base],
        [peak - 18, y - tall * 0.45],
      ])
      const cap = tall * 0.26
      context.fillStyle = css(lighter(mix(light, skyLow, 0.2), 0.5))
      const slope = (span / 2 + 40) / (tall + 120)
      const [a, b] = [peak - cap * slope, peak + cap * slope]
      shape(context, [
        [peak, y - tall],
        [b, y - tall + cap],
        [peak + 16, y - tall + cap * 0.66],
        [peak, y - tall + cap * 1.15],
        [peak - 20, y - tall + cap * 0.7],
        [a, y - tall + cap],
      ])
      x += span * between(0.62, 0.82, chance)
    }
  }
}

/** Water up to the horizon. */
export const paintSea = (context: Context, { skyTop, skyLow, light }: Palette, horizon: number): void => {
  const [deep, shallow] = [darker(mix(skyTop, [20, 110, 130], 0.45), 0.15), mix(skyLow, [80, 170, 180], 0.35)]
  context.fillStyle = downward(context, horizon, 600, mix(shallow, skyLow, 0.5), deep, mix(deep, shallow, 0.3))
  context.fillRect(left, horizon, right - left, bottom - horizon)
  context.fillStyle = css(light, 0.5)
  context.fillRect(left, horizon, right - left, 2)
}

/** A river that comes nearer in bends, wider with every one. */
export const paintRiver = (context: Context, palette: Palette, fromX: number, fromY: number): void => {
  const { skyTop, skyLow, ground } = palette
  const middle = (t: number) => fromX + Math.sin(t * 5.2) * 150 * t - 180 * t * t
  const wide = (t: number) => 9 + 190 * t * t
  const steps = Array.from({ length: 33 }, (_, at) => at / 32)
  const yOf = (t: number) => fromY + (bottom - fromY) * t ** 1.25
  const edge = (side: -1 | 1, more: number) =>
    steps.map((t) => [middle(t) + side * (wide(t) + more * (0.4 + t)), yOf(t)] as const)
  context.fillStyle = css(darker(ground, 0.35), 0.6)
  shape(context, [...edge(-1, 10), ...edge(1, 10).toReversed()])
  context.fillStyle = downward(
    context,
    fromY,
    bottom,
    lighter(skyLow, 0.2),
    mix(skyLow, skyTop, 0.55),
    darker(skyTop, 0.15),
  )
  shape(context, [...edge(-1, 0), ...edge(1, 0).toReversed()])
}

/** A path that winds to where the picture begins. */
export const paintPath = (context: Context, { ground, light }: Palette, line: Line, x: number): void => {
  const y = line(x)
  context.fillStyle = downward(context, y, bottom, mix(ground, light, 0.35), mix(ground, light, 0.6))
  context.beginPath()
  context.moveTo(x - 7, y)
  context.bezierCurveTo(x + 50, y + 60, x - 190, y + 90, x - 260, bottom)
  context.lineTo(x + 120, bottom)
  context.bezierCurveTo(x + 40, y + 120, x + 110, y + 70, x + 8, y)
  context.fill()
}
