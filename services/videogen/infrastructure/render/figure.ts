import { type Colour, css, darker, mix } from '../../domain/colour.ts'
import type { Look } from '../../domain/figure-look.ts'
import type { Palette } from '../../domain/scene-palette.ts'
import { drawEars, drawMuzzle, drawTail } from './animal.ts'
import { type Context, disc, oval } from './canvas.ts'
import { arm, dress, tunic } from './clothes.ts'
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
