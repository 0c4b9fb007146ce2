import { css, darker, lighter, mix } from '../../domain/colour.ts'
import type { Palette } from '../../domain/scene-palette.ts'
import { lamp } from './buildings.ts'
import { type Context, downward, glow, shape } from './canvas.ts'

const crenels = (context: Context, x: number, y: number, wide: number): void => {
  const count = Math.max(3, Math.round(wide / 22))
  for (let at = 0; at < count; at += 1) context.fillRect(x + (at * wide) / count, y - 12, (wide / count) * 0.6, 13)
}

const tower = (
  context: Context,
  palette: Palette,
  x: number,
  y: number,
  wide: number,
  tall: number,
  isLit: boolean,
): void => {
  const stone = mix(palette.wall, [150, 150, 165], 0.45)
  const side = context.createLinearGradient(x, 0, x + wide, 0)
  side.addColorStop(0, css(lighter(stone, 0.14)))
  side.addColorStop(1, css(darker(stone, 0.32)))
  context.fillStyle = side
  context.fillRect(x, y - tall, wide, tall)
  crenels(context, x - 4, y - tall, wide + 8)
  context.fillStyle = downward(
    context,
    y - tall - wide * 1.3,
    y - tall,
    lighter(palette.roof, 0.15),
    darker(palette.roof, 0.2),
  )
  shape(context, [
    [x - 8, y - tall - 8],
    [x + wide / 2, y - tall - wide * 1.35],
    [x + wide + 8, y - tall - 8],
  ])
  context.fillStyle = css(palette.light, 0.9)
  shape(context, [
    [x + wide / 2, y - tall - wide * 1.75],
    [x + wide / 2 + 30, y - tall - wide * 1.63],
    [x + wide / 2, y - tall - wide * 1.5],
  ])
  context.fillRect(x + wide / 2 - 1.5, y - tall - wide * 1.75, 3, wide * 0.42)
  if (isLit) glow(context, x + wide / 2, y - tall * 0.72, wide * 0.9, lamp, 0.5)
  context.fillStyle = css(isLit ? lamp : darker(stone, 0.6))
  context.beginPath()
  context.roundRect(x + wide / 2 - 7, y - tall * 0.78, 14, 30, [7, 7, 0, 0])
  context.fill()
}

/** A castle with a gate, on its hill. */
export const castle = (context: Context, palette: Palette, x: number, y: number, isLit: boolean): void => {
  const stone = mix(palette.wall, [150, 150, 165], 0.45)
  tower(context, palette, x - 60, y, 64, 250, isLit)
  tower(context, palette, x + 40, y, 50, 200, isLit)
  context.fillStyle = downward(context, y - 130, y + 30, lighter(stone, 0.08), darker(stone, 0.25))
  context.fillRect(x - 190, y - 118, 380, 160)
  crenels(context, x - 190, y - 118, 380)
  tower(context, palette, x - 222, y + 16, 68, 190, isLit)
  tower(context, palette, x + 156, y + 16, 68, 190, isLit)
  context.fillStyle = css(darker(stone, 0.7))
  context.beginPath()
  context.roundRect(x - 30, y - 66, 60, 110, [30, 30, 0, 0])
  context.fill()
}
