import { type Colour, css, darker, lighter, mix } from '../../domain/colour.ts'
import type { Look } from '../../domain/figure-look.ts'
import type { Palette } from '../../domain/scene-palette.ts'
import { drawEars, drawMuzzle, drawTail } from './animal.ts'
import { type Context, disc, oval, shape } from './canvas.ts'
import { drawFace, drawNose, type Moment } from './face.ts'
import { drawBeard, drawHairBehind, drawHairInFront, drawHat, headRadius } from './hair.ts'
import { paintShade } from './sky.ts'

/** How somebody stands at one moment. */
export interface Pose extends Moment {
  x: number
  y: number
  faces: -1 | 1
  isSpeaking: boolean
  seconds: number
  /** So that no two breathe or blink together. */
  phase: number
}

const sizes = { child: 0.7, adult: 1, old: 0.92 } as const
const headSizes = { child: 1.22, adult: 1, old: 1 } as const

/** A look in the light of a scene. */
const litBy = (look: Look, { air, airShare, light }: Palette): Look => {
  const seen = (one: Colour): Colour => mix(mix(one, air, airShare * 0.7), light, 0.06)
  return { ...look, skin: seen(look.skin), hair: seen(look.hair), clothes: seen(look.clothes), trim: seen(look.trim) }
}

const arm = (context: Context, look: Look, side: -1 | 1, raised: number, swing: number): void => {
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

const dress = (context: Context, { clothes, trim }: Look): void => {
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

const tunic = (context: Context, { clothes, trim }: Look): void => {
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

const head = (context: Context, look: Look, pose: Pose): void => {
  const { skin, species, isFeminine, hasBeard, age } = look
  const isHuman = species === 'human'
  drawEars(context, look)
  if (isHuman) {
    context.fillStyle = css(darker(skin, 0.12))
    for (const side of [-1, 1]) oval(context, side * headRadius * 0.99, 4, 9, 12)
  }
  context.fillStyle = css(skin)
  oval(context, 0, 0, headRadius, headRadius * 1.03)
  context.save()
  context.clip()
  context.fillStyle = css(darker(skin, 0.3), 0.28)
  disc(context, -headRadius * 0.95, headRadius * 0.2, headRadius * 0.75)
  context.restore()
  if (isHuman && hasBeard) drawBeard(context, look)
  drawMuzzle(context, look)
  const turn = species === 'bird' ? 2 : 8
  drawFace(context, pose, {
    ...{ eyeY: species === 'frog' ? -headRadius * 0.74 : -5, mouthY: isHuman ? 23 : species === 'bird' ? 34 : 26 },
    ...{ turn, size: 6.2, hasLashes: isFeminine && age !== 'old', skin },
    brows: isHuman ? darker(look.hair, 0.2) : darker(skin, 0.45),
  })
  if (isHuman) {
    drawNose(context, 14, 9, 7, skin)
    drawHairInFront(context, look)
  }
  drawHat(context, look)
}

/** Somebody who stands, breathes, looks and speaks. */
export const drawFigure = (context: Context, plain: Look, palette: Palette, pose: Pose): void => {
  const look = litBy(plain, palette)
  const { x, y, faces, seconds, phase, isSpeaking, expression } = pose
  const size = sizes[look.age]
  const breath = Math.sin(seconds * 1.9 + phase)
  const lively = isSpeaking ? Math.sin(seconds * 5.1 + phase) : Math.sin(seconds * 0.8 + phase) * 0.5
  const isTrembling = expression.eyes > 1.3 && expression.smile < 0
  paintShade(context, x, y + 2, 78 * size, 13 * size, 0.34)
  context.save()
  context.translate(x + (isTrembling ? Math.sin(seconds * 34) * 1.6 : 0), y)
  context.scale(faces * size, size * (1 + breath * 0.006))
  context.rotate(lively * 0.012 + (look.age === 'old' ? 0.03 : 0))
  drawTail(context, look, lively)
  const large = headSizes[look.age]
  const onNeck = () => {
    context.translate(expression.head * 2, -258 + breath * 1.6 - expression.head * 3)
    context.rotate(-expression.head * 0.09 + lively * 0.03)
    context.scale(large, large)
  }
  if (look.species === 'human') {
    context.save()
    onNeck()
    drawHairBehind(context, look)
    context.restore()
  }
  arm(context, look, -1, expression.arms * 0.7, -lively)
  if (look.isFeminine) dress(context, look)
  else tunic(context, look)
  context.fillStyle = css(darker(look.skin, 0.22))
  context.fillRect(-13, -226, 26, 26)
  arm(context, look, 1, Math.min(1, expression.arms + (isSpeaking ? 0.3 + 0.16 * lively : 0)), lively)
  onNeck()
  head(context, look, pose)
  context.restore()
}
