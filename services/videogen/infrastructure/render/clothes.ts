import { css, darker, lighter, mix } from '../../domain/colour.ts'
import type { Look } from '../../domain/figure-look.ts'
import { type Context, disc, shape } from './canvas.ts'

export const arm = (context: Context, look: Look, side: -1 | 1, raised: number, swing: number): void => {
  const [fromX, fromY] = [side * 34, -190]
  const reach = raised * 92
  const [handX, handY] = [side * (62 + raised * 26) + swing * 4, -98 - reach + swing * 3]
  const [elbowX, elbowY] = [side * (66 + raised * 10), -140 - reach * 0.18]
  context.lineCap = 'round'
  context.strokeStyle = css(darker(look.clothes, side > 0 ? 0.1 : 0.24))
  context.lineWidth = 27
  context.beginPath()
  context.moveTo(fromX, fromY)
  context.quadraticCurveTo(elbowX, elbowY, handX, handY)
  context.stroke()
  context.fillStyle = css(look.trim)
  disc(context, handX, handY, 14)
  context.fillStyle = css(side > 0 ? look.skin : darker(look.skin, 0.1))
  disc(context, handX + side * 3, handY + (raised > 0.5 ? -8 : 8), 13)
}

export const dress = (context: Context, { clothes, trim }: Look): void => {
  context.fillStyle = css(clothes)
  context.beginPath()
  context.moveTo(-40, -204)
  context.quadraticCurveTo(0, -220, 40, -204)
  context.quadraticCurveTo(34, -150, 38, -128)
  context.quadraticCurveTo(64, -60, 80, -16)
  context.quadraticCurveTo(0, 6, -80, -16)
  context.quadraticCurveTo(-64, -60, -38, -128)
  context.quadraticCurveTo(-34, -150, -40, -204)
  context.fill()
  context.save()
  context.clip()
  context.fillStyle = css(darker(clothes, 0.25), 0.55)
  shape(context, [
    [-90, -220],
    [-24, -220],
    [-16, -120],
    [-40, 0],
    [-90, 0],
  ])
  context.fillStyle = css(lighter(clothes, 0.25), 0.35)
  shape(context, [
    [14, -118],
    [26, -118],
    [60, 0],
    [28, 0],
  ])
  context.fillStyle = css(trim)
  shape(
    context,
    [
      [-14, -216],
      [14, -216],
      [26, -10],
      [-20, -10],
    ].map(([x, y]) => [(x ?? 0) * 0.9 + 4, y ?? 0] as const),
  )
  context.restore()
  context.fillStyle = css(darker(clothes, 0.35))
  context.fillRect(-38, -136, 77, 11)
}

export const tunic = (context: Context, { clothes, trim }: Look): void => {
  const trousers = darker(mix(clothes, [70, 66, 80], 0.75), 0.12)
  for (const side of [-1, 1] as const) {
    context.fillStyle = css(side < 0 ? darker(trousers, 0.18) : trousers)
    shape(context, [
      [side * 3, -104],
      [side * 38, -104],
      [side * 32, -12],
      [side * 9, -12],
    ])
    context.fillStyle = 'rgb(66,44,36)'
    context.beginPath()
    context.roundRect(side < 0 ? -38 : 6, -20, 38, 22, [12, 14, 4, 4])
    context.fill()
  }
  context.fillStyle = css(clothes)
  context.beginPath()
  context.moveTo(-43, -202)
  context.quadraticCurveTo(0, -220, 43, -202)
  context.quadraticCurveTo(50, -140, 52, -82)
  context.quadraticCurveTo(0, -70, -52, -82)
  context.quadraticCurveTo(-50, -140, -43, -202)
  context.fill()
  context.save()
  context.clip()
  context.fillStyle = css(darker(clothes, 0.25), 0.55)
  shape(context, [
    [-70, -224],
    [-22, -224],
    [-18, -60],
    [-70, -60],
  ])
  context.fillStyle = css(trim)
  shape(context, [
    [-12, -222],
    [20, -222],
    [4, -176],
  ])
  context.restore()
  context.fillStyle = 'rgb(84,54,38)'
  context.fillRect(-49, -124, 98, 13)
  context.fillStyle = 'rgb(240,200,90)'
  context.fillRect(-5, -125, 17, 15)
}
