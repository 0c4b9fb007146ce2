import { type Colour, css, darker, mix } from '../../domain/colour.ts'
import { type Context, disc, oval } from './canvas.ts'
import type { Expression } from './expression.ts'

/** How a face is at one moment. */
export interface Moment {
  expression: Expression
  /** How far the mouth is open, from 0 to 1. */
  mouth: number
  isBlinking: boolean
}

const ink = 'rgb(44,30,34)'

interface Features {
  /** Of the eyes and the mouth, from the middle of the head. */
  eyeY: number
  mouthY: number
  /** How far the face is turned. */
  turn: number
  size: number
  hasLashes: boolean
  brows: Colour
  skin: Colour
}

/** In a blink, or in laughter. */
const isShut = ({ expression, isBlinking }: Moment): boolean =>
  isBlinking || (expression.smile > 0.85 && expression.eyes < 0.92)

const eye = (context: Context, x: number, y: number, size: number, moment: Moment): void => {
  const { isBlinking } = moment
  const { eyes } = moment.expression
  context.strokeStyle = ink
  context.lineWidth = size * 0.42
  context.lineCap = 'round'
  if (isShut(moment)) {
    context.beginPath()
    const bend = isBlinking ? size * 0.5 : -size * 0.9
    context.moveTo(x - size, y)
    context.quadraticCurveTo(x, y + bend, x + size, y)
    context.stroke()
    return
  }
  if (eyes > 1.1) {
    context.fillStyle = 'rgb(255,255,252)'
    oval(context, x, y, size * 1.2, size * 1.3 * eyes)
    context.lineWidth = size * 0.2
    context.beginPath()
    context.ellipse(x, y, size * 1.2, size * 1.3 * eyes, 0, 0, 2 * Math.PI)
    context.stroke()
  }
  context.fillStyle = ink
  oval(context, x + size * 0.1, y, size * 0.74, size * (eyes > 1.1 ? 0.85 : 1.15 * eyes))
  context.fillStyle = 'rgb(255,255,255)'
  disc(context, x + size * 0.32, y - size * 0.38 * eyes, size * 0.27)
}

const brow = (context: Context, x: number, y: number, side: -1 | 1, size: number, bend: number, one: Colour): void => {
  context.strokeStyle = css(one)
  context.lineWidth = size * 0.5
  context.beginPath()
  context.moveTo(x - side * size * 1.25, y + bend * size * 1.05)
  context.quadraticCurveTo(x, y - size * 0.55, x + side * size * 1.25, y - bend * size * 0.75)
  context.stroke()
}

const mouthOf = (context: Context, x: number, y: number, size: number, { expression, mouth }: Moment): void => {
  const { smile } = expression
  const wide = size * (1.35 + Math.max(0, smile) * 0.45 - mouth * 0.35)
  if (mouth < 0.08) {
    context.strokeStyle = 'rgb(112,46,44)'
    context.lineWidth = size * 0.36
    context.beginPath()
    context.moveTo(x - wide, y - smile * size * 0.42)
    context.quadraticCurveTo(x, y + smile * size * 1.15, x + wide, y - smile * size * 0.42)
    context.stroke()
    return
  }
  const tall = size * (0.35 + 1.15 * mouth)
  context.save()
  context.beginPath()
  context.moveTo(x - wide, y - smile * size * 0.3)
  context.quadraticCurveTo(x, y - tall * 0.75 + smile * size * 0.3, x + wide, y - smile * size * 0.3)
  context.quadraticCurveTo(x, y + tall * 1.7, x - wide, y - smile * size * 0.3)
  context.fillStyle = 'rgb(104,28,36)'
  context.fill()
  context.clip()
  context.fillStyle = 'rgb(226,104,104)'
  oval(context, x, y + tall * 1.05, wide * 0.7, tall * 0.55)
  context.fillStyle = 'rgb(255,252,246)'
  context.fillRect(x - wide, y - tall, 2 * wide, tall * 0.72)
  context.restore()
}

/** Eyes, brows, cheeks and mouth. */
export const drawFace = (context: Context, moment: Moment, features: Features): void => {
  const { eyeY, mouthY, turn, size, hasLashes, brows, skin } = features
  const { expression } = moment
  const apart = size * 2.9
  context.fillStyle = css(mix(skin, [236, 80, 80], 0.55), 0.5 * expression.blush)
  for (const side of [-1, 1] as const)
    oval(context, turn + side * apart * 1.28, eyeY + size * 2.4, size * 1.5, size * 0.95)
  for (const side of [-1, 1] as const) {
    const x = turn + side * apart * (side < 0 ? 1 : 0.94)
    eye(context, x, eyeY, size, moment)
    if (hasLashes && !isShut(moment)) {
      context.strokeStyle = ink
      context.lineWidth = size * 0.28
      context.beginPath()
      context.moveTo(x + side * size * 0.7, eyeY - size * 0.9)
      context.lineTo(x + side * size * 1.5, eyeY - size * 1.5)
      context.stroke()
    }
    brow(context, x, eyeY - size * (2.25 + (expression.eyes - 1) * 0.8), side, size, expression.brow * 0.8, brows)
  }
  if (expression.tears) {
    context.fillStyle = 'rgba(150,205,250,0.9)'
    oval(context, turn + apart, eyeY + size * 2.6, size * 0.45, size * 0.85)
  }
  mouthOf(context, turn, mouthY, size, moment)
}

export const drawNose = (context: Context, x: number, y: number, size: number, skin: Colour): void => {
  context.strokeStyle = css(darker(mix(skin, [200, 70, 60], 0.25), 0.25))
  context.lineWidth = size * 0.36
  context.lineCap = 'round'
  context.beginPath()
  context.moveTo(x, y - size * 0.6)
  context.quadraticCurveTo(x + size * 1.1, y + size * 0.55, x - size * 0.1, y + size * 0.6)
  context.stroke()
}
