import { type Canvas, createCanvas, type SKRSContext2D } from '@napi-rs/canvas'
import { type Colour, css } from '../../domain/colour.ts'

export type { Canvas }
export type Context = SKRSContext2D

export const width = 1280
export const height = 720
/** What is painted beyond the edges of the picture, for the camera to move over. */
export const margin = { x: 110, y: 64 } as const
/** Where figures stand. */
export const groundY = 578

/** A picture to paint on, in the coordinates of the stage. */
export interface Layer {
  canvas: Canvas
  context: Context
}

/** One as large as the camera may ever see. */
export const openLayer = (): Layer => {
  const canvas = createCanvas(width + 2 * margin.x, height + 2 * margin.y)
  const context = canvas.getContext('2d')
  context.translate(margin.x, margin.y)
  return { canvas, context }
}

/** One as large as the picture. */
export const openFrame = (): Layer => {
  const canvas = createCanvas(width, height)
  return { canvas, context: canvas.getContext('2d') }
}

export const left = -margin.x
export const right = width + margin.x
export const top = -margin.y
export const bottom = height + margin.y

/** From one colour above to another below. */
export const downward = (context: Context, fromY: number, toY: number, ...colours: (Colour | string)[]) => {
  const gradient = context.createLinearGradient(0, fromY, 0, toY)
  for (const [at, one] of colours.entries()) {
    gradient.addColorStop(at / Math.max(1, colours.length - 1), typeof one === 'string' ? one : css(one))
  }
  return gradient
}

/** From a colour in the middle to nothing. */
export const glow = (context: Context, x: number, y: number, radius: number, one: Colour, alpha: number) => {
  const gradient = context.createRadialGradient(x, y, 0, x, y, radius)
  gradient.addColorStop(0, css(one, alpha))
  gradient.addColorStop(0.4, css(one, alpha * 0.45))
  gradient.addColorStop(1, css(one, 0))
  context.fillStyle = gradient
  context.fillRect(x - radius, y - radius, 2 * radius, 2 * radius)
}

export const disc = (context: Context, x: number, y: number, radius: number): void => {
  context.beginPath()
  context.arc(x, y, radius, 0, 2 * Math.PI)
  context.fill()
}

export const oval = (context: Context, x: number, y: number, rx: number, ry: number, turn = 0): void => {
  context.beginPath()
  context.ellipse(x, y, rx, ry, turn, 0, 2 * Math.PI)
  context.fill()
}

export const shape = (context: Context, points: readonly (readonly [number, number])[]): void => {
  context.beginPath()
  for (const [at, [x, y]] of points.entries()) at === 0 ? context.moveTo(x, y) : context.lineTo(x, y)
  context.closePath()
  context.fill()
}

/** The first row of a picture that anything is painted on; its height where nothing is. */
export const firstRow = ({ canvas }: Layer): number => {
  const pixels = new Uint32Array(canvas.data().buffer)
  const painted = pixels.findIndex((pixel) => pixel !== 0)
  return painted < 0 ? canvas.height : Math.floor(painted / canvas.width)
}
