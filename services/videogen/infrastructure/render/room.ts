import { css, darker, lighter, mix } from '../../domain/colour.ts'
import type { Palette } from '../../domain/scene-palette.ts'
import type { Setting } from '../../domain/scene-setting.ts'
import { between, type Chance } from '../../domain/seeded.ts'
import { bottom, type Context, disc, downward, glow, left, oval, right, shape, top } from './canvas.ts'
import { paintSky } from './sky.ts'

const floorY = 520

const outlook = (context: Context, setting: Setting, palette: Palette, x: number, chance: Chance): void => {
  const [y, wide, tall] = [130, 220, 250]
  context.save()
  context.beginPath()
  context.roundRect(x, y, wide, tall, [110, 110, 6, 6])
  context.clip()
  context.translate(x - 300, 60)
  context.scale(0.6, 0.75)
  paintSky(context, setting, palette, chance)
  context.restore()
  context.save()
  context.beginPath()
  context.roundRect(x, y, wide, tall, [110, 110, 6, 6])
  context.clip()
  context.fillStyle = css(palette.far)
  oval(context, x + 60, y + tall + 20, 170, 80)
  context.fillStyle = css(palette.middle)
  oval(context, x + 190, y + tall + 30, 180, 74)
  context.restore()
  const wood = mix(palette.roof, [110, 72, 48], 0.6)
  context.strokeStyle = css(wood)
  context.lineWidth = 12
  context.beginPath()
  context.roundRect(x, y, wide, tall, [110, 110, 6, 6])
  context.stroke()
  context.lineWidth = 6
  context.beginPath()
  context.moveTo(x + wide / 2, y)
  context.lineTo(x + wide / 2, y + tall)
  context.moveTo(x, y + tall * 0.5)
  context.lineTo(x + wide, y + tall * 0.5)
  context.stroke()
  context.fillStyle = css(lighter(wood, 0.12))
  context.fillRect(x - 22, y + tall, wide + 44, 16)
  for (const side of [-1, 1] as const) {
    const edge = side < 0 ? x - 26 : x + wide + 26
    context.fillStyle = downward(
      context,
      90,
      480,
      mix(palette.roof, palette.air, 0.3),
      darker(mix(palette.roof, palette.air, 0.3), 0.3),
    )
    context.beginPath()
    context.moveTo(edge - side * -34, 92)
    context.quadraticCurveTo(edge + side * -70, 300, edge - side * 6, 430)
    context.lineTo(edge + side * 44, 440)
    context.lineTo(edge + side * 40, 92)
    context.fill()
  }
  context.fillStyle = css(darker(wood, 0.2))
  context.fillRect(x - 84, 84, wide + 168, 10)
}

const hearth = (context: Context, palette: Palette, x: number): void => {
  const stone = mix(palette.wall, [128, 118, 116], 0.7)
  context.fillStyle = downward(context, 60, floorY, darker(stone, 0.08), darker(stone, 0.3))
  shape(context, [
    [x + 40, top],
    [x + 200, top],
    [x + 214, 270],
    [x + 26, 270],
  ])
  context.fillRect(x, 262, 240, floorY - 250)
  context.fillStyle = css(lighter(stone, 0.2))
  context.fillRect(x - 14, 254, 268, 20)
  context.fillStyle = css(darker(stone, 0.75))
  context.beginPath()
  context.roundRect(x + 44, 330, 152, floorY - 318, [76, 76, 0, 0])
  context.fill()
  glow(context, x + 120, 480, 240, [255, 160, 60], 0.55)
  for (const [dx, wide, tall, one] of [
    [0, 44, 110, [240, 110, 40]],
    [-24, 26, 72, [250, 150, 50]],
    [26, 28, 80, [250, 150, 50]],
    [2, 24, 60, [255, 222, 120]],
  ] as const) {
    context.fillStyle = css(one)
    context.beginPath()
    context.moveTo(x + 120 + dx, 508 - tall)
    context.quadraticCurveTo(x + 120 + dx + wide, 490, x + 120 + dx, 508)
    context.quadraticCurveTo(x + 120 + dx - wide, 490, x + 120 + dx, 508 - tall)
    context.fill()
  }
  context.fillStyle = css([84, 52, 36])
  context.fillRect(x + 72, 502, 96, 14)
}

const picture = (context: Context, palette: Palette, x: number): void => {
  context.fillStyle = css(darker(palette.roof, 0.25))
  context.fillRect(x, 190, 104, 84)
  context.fillStyle = downward(context, 198, 266, palette.skyTop, palette.skyLow)
  context.fillRect(x + 8, 198, 88, 68)
  context.fillStyle = css(palette.middle)
  shape(context, [
    [x + 8, 248],
    [x + 40, 236],
    [x + 96, 254],
    [x + 96, 266],
    [x + 8, 266],
  ])
  context.fillStyle = css(palette.light)
  disc(context, x + 70, 218, 9)
}

/** A room with a window, a hearth and a floor of boards. */
export const paintRoom = (context: Context, setting: Setting, palette: Palette, chance: Chance): void => {
  const isDark = setting.hour === 'night' || setting.hour === 'dusk'
  const wall = mix(palette.wall, palette.roof, 0.18)
  const tone = isDark ? darker(mix(wall, [190, 130, 90], 0.4), 0.3) : wall
  context.fillStyle = downward(context, top, floorY, darker(tone, 0.14), lighter(tone, 0.06))
  context.fillRect(left, top, right - left, floorY - top)
  context.fillStyle = css(darker(tone, 0.14), 0.4)
  for (let x = left; x < right; x += 46) {
    for (let y = top + 20; y < 430; y += 52) disc(context, x + (Math.round((y - top) / 52) % 2) * 23, y, 4)
  }
  context.fillStyle = css(darker(mix(tone, palette.roof, 0.25), 0.18))
  context.fillRect(left, 440, right - left, floorY - 440)
  context.fillStyle = css(darker(tone, 0.4), 0.5)
  for (let x = left; x < right; x += 86) context.fillRect(x, 448, 3, floorY - 448)
  context.fillStyle = css(lighter(tone, 0.12))
  context.fillRect(left, 434, right - left, 8)
  const boards = mix(palette.roof, [140, 96, 62], 0.65)
  context.fillStyle = downward(context, floorY, bottom, darker(boards, 0.1), darker(boards, 0.45))
  context.fillRect(left, floorY, right - left, bottom - floorY)
  context.strokeStyle = css(darker(boards, 0.5), 0.5)
  context.lineWidth = 2
  for (let at = -14; at <= 14; at += 1) {
    context.beginPath()
    context.moveTo(640 + at * 82, floorY)
    context.lineTo(640 + at * 170, bottom)
    context.stroke()
  }
  const rug = mix(palette.air, palette.roof, 0.55)
  for (const [grow, one] of [
    [1, darker(rug, 0.2)],
    [0.9, lighter(rug, 0.25)],
    [0.84, rug],
  ] as const) {
    context.fillStyle = css(one)
    oval(context, 640, 622, 390 * grow, 62 * grow)
  }
  const isLeft = chance() < 0.5
  outlook(context, setting, palette, isLeft ? between(130, 190, chance) : between(900, 950, chance), chance)
  hearth(context, palette, isLeft ? 900 : 110)
  picture(context, palette, isLeft ? 640 : 520)
  if (!isDark) glow(context, isLeft ? 300 : 980, 420, 420, palette.light, 0.28)
}
