import { type Colour, css, darker, lighter, mix } from '../../domain/colour.ts'
import type { Palette } from '../../domain/scene-palette.ts'
import { between, type Chance } from '../../domain/seeded.ts'
import { type Context, downward, glow, left, right, shape } from './canvas.ts'
import { paintShade } from './sky.ts'

/** What shines behind panes and in lamps. */
export const lamp: Colour = [255, 214, 120]

/** What panes look like: lit when it is dark. */
const pane = ({ skyTop }: Palette, isLit: boolean): Colour =>
  isLit ? lamp : mix(darker(skyTop, 0.35), [60, 80, 100], 0.4)

const windowAt = (
  context: Context,
  palette: Palette,
  x: number,
  y: number,
  wide: number,
  tall: number,
  isLit: boolean,
): void => {
  if (isLit) glow(context, x + wide / 2, y + tall / 2, wide * 2.4, lamp, 0.42)
  context.fillStyle = css(darker(palette.wall, 0.45))
  context.fillRect(x - 3, y - 3, wide + 6, tall + 6)
  context.fillStyle = css(pane(palette, isLit))
  context.fillRect(x, y, wide, tall)
  context.fillStyle = css(darker(palette.wall, 0.45))
  context.fillRect(x + wide / 2 - 1.5, y, 3, tall)
  context.fillRect(x, y + tall / 2 - 1.5, wide, 3)
}

/** A house with a steep roof, its door to us; `size` is how wide it is. */
export const cottage = (
  context: Context,
  palette: Palette,
  x: number,
  y: number,
  size: number,
  isLit: boolean,
  hue: number,
): void => {
  const { wall, roof, light } = palette
  const tall = size * 0.5
  const tone = mix(wall, [200, 150, 120], hue * 0.4)
  const tiles = mix(roof, [90, 90, 120], hue * 0.5)
  paintShade(context, x, y + 3, size * 0.62, size * 0.05, 0.28)
  context.fillStyle = css(darker(tiles, 0.25))
  context.fillRect(x + size * 0.2, y - tall - size * 0.42, size * 0.1, size * 0.26)
  context.fillStyle = downward(context, y - tall, y, lighter(tone, 0.1), darker(tone, 0.14))
  context.fillRect(x - size / 2, y - tall, size, tall)
  context.fillStyle = css(darker(tone, 0.3), 0.35)
  context.fillRect(x + size * 0.28, y - tall, size * 0.22, tall)
  context.fillStyle = css(darker(roof, 0.55), 0.7)
  for (const beam of [-0.5, -0.17, 0.14, 0.47]) context.fillRect(x + size * beam, y - tall, size * 0.03, tall)
  context.fillStyle = downward(
    context,
    y - tall - size * 0.4,
    y - tall,
    lighter(mix(tiles, light, 0.12), 0.08),
    darker(tiles, 0.22),
  )
  shape(context, [
    [x - size * 0.6, y - tall + 4],
    [x - size * 0.32, y - tall - size * 0.38],
    [x + size * 0.32, y - tall - size * 0.38],
    [x + size * 0.6, y - tall + 4],
  ])
  context.strokeStyle = css(darker(tiles, 0.4), 0.4)
  context.lineWidth = 2
  for (let row = 1; row < 5; row += 1) {
    const [rowY, half] = [y - tall - size * 0.38 * (1 - row / 5), size * (0.32 + (0.28 * row) / 5)]
    context.beginPath()
    context.moveTo(x - half, rowY)
    context.lineTo(x + half, rowY)
    context.stroke()
  }
  context.fillStyle = css(darker(roof, 0.45))
  context.beginPath()
  context.roundRect(x - size * 0.09, y - size * 0.3, size * 0.18, size * 0.3, [size * 0.09, size * 0.09, 0, 0])
  context.fill()
  const [w, h] = [size * 0.14, size * 0.15]
  windowAt(context, palette, x - size * 0.36, y - size * 0.33, w, h, isLit)
  windowAt(context, palette, x + size * 0.2, y - size * 0.33, w, h, isLit)
}

/** A row of tall houses against the sky. */
export const skyline = (
  context: Context,
  palette: Palette,
  y: number,
  tone: Colour,
  isLit: boolean,
  chance: Chance,
  tall: number,
): void => {
  for (let x = left; x < right; ) {
    const [wide, high] = [between(76, 150, chance), between(tall * 0.55, tall, chance)]
    const front = mix(tone, palette.roof, chance() * 0.35)
    context.fillStyle = downward(context, y - high, y + 60, lighter(front, 0.1), darker(front, 0.18))
    context.fillRect(x, y - high, wide + 1, high + 90)
    context.fillStyle = css(darker(palette.roof, 0.2))
    if (chance() < 0.6)
      shape(context, [
        [x - 6, y - high],
        [x + wide / 2, y - high - between(26, 60, chance)],
        [x + wide + 6, y - high],
      ])
    else context.fillRect(x - 4, y - high - 8, wide + 8, 10)
    for (let row = y - high + 24; row < y - 26; row += 44) {
      for (let column = x + 14; column < x + wide - 20; column += 32) {
        const lit = isLit && chance() < 0.55
        context.fillStyle = css(lit ? lamp : darker(front, 0.4), lit ? 0.95 : 0.6)
        context.fillRect(column, row, 15, 22)
      }
    }
    x += wide
  }
}

export const fence = (context: Context, y: (x: number) => number, one: Colour, fromX: number, toX: number): void => {
  context.fillStyle = css(one)
  for (let x = fromX; x < toX; x += 26) {
    context.fillRect(x, y(x) - 36, 8, 42)
    context.fillRect(x - 4, y(x) - 28, 30, 5)
    context.fillRect(x - 4, y(x) - 12, 30, 5)
  }
}

export const streetLamp = (context: Context, x: number, y: number, one: Colour, isLit: boolean): void => {
  context.fillStyle = css(one)
  context.fillRect(x - 4, y - 250, 8, 250)
  context.fillRect(x - 12, y - 10, 24, 12)
  shape(context, [
    [x - 16, y - 252],
    [x - 10, y - 292],
    [x + 10, y - 292],
    [x + 16, y - 252],
  ])
  context.fillStyle = css(isLit ? lamp : lighter(one, 0.5))
  shape(context, [
    [x - 11, y - 255],
    [x - 7, y - 287],
    [x + 7, y - 287],
    [x + 11, y - 255],
  ])
  if (isLit) glow(context, x, y - 270, 170, lamp, 0.55)
}
