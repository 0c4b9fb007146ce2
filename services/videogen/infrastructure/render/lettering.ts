import { createRequire } from 'node:module'
import { GlobalFonts } from '@napi-rs/canvas'
import { type Colour, css } from '../../domain/colour.ts'
import { type Canvas, type Context, openFrame, width } from './canvas.ts'

const require = createRequire(import.meta.url)
const { subsets }: { subsets: string[] } = require('@fontsource/noto-sans/metadata.json')
const family = 'Noto Sans'
const weights = [400, 700] as const

/** Once a thread: all subsets under one name, so that a text may be of several. */
const register = (): void => {
  if (GlobalFonts.has(family)) return
  for (const subset of subsets) {
    for (const weight of weights) {
      GlobalFonts.registerFromPath(
        require.resolve(`@fontsource/noto-sans/files/noto-sans-${subset}-${weight}-normal.woff2`),
        family,
      )
    }
  }
}
register()

const fontOf = (size: number, weight: (typeof weights)[number]): string => `${weight} ${size}px "${family}"`

const pictograph = /\p{RGI_Emoji}/gv

/** A text without the little pictures in it: no font of ours has them, and nobody says them. */
const lettersOf = (text: string): string => text.replace(pictograph, '').replace(/\s+/gu, ' ').trim()

/** The lines of a text that is no wider than so many pixels; undefined where a single word is. */
const wrapped = (context: Context, text: string, most: number): string[] | undefined => {
  const lines: string[] = []
  for (const word of text.split(/\s+/u).filter(Boolean)) {
    const last = lines.at(-1)
    const longer = last === undefined ? word : `${last} ${word}`
    if (last !== undefined && context.measureText(longer).width <= most) lines[lines.length - 1] = longer
    else lines.push(word)
  }
  return lines.some((line) => context.measureText(line).width > most) ? undefined : lines
}

/** In as few lines as fit, all about as long. */
const balanced = (context: Context, text: string, most: number): string[] | undefined => {
  let best = wrapped(context, text, most)
  for (let narrower = most - 20; best && narrower > 100; narrower -= 20) {
    const lines = wrapped(context, text, narrower)
    if (!lines || lines.length > best.length) break
    best = lines
  }
  return best
}

/** As much of a text as fits. */
const shortened = (context: Context, text: string, most: number): string => {
  if (context.measureText(text).width <= most) return text
  const characters = [...new Intl.Segmenter(undefined, { granularity: 'grapheme' }).segment(text)].map(
    ({ segment }) => segment,
  )
  while (characters.length > 1 && context.measureText(`${characters.join('').trimEnd()}…`).width > most)
    characters.pop()
  return `${characters.join('').trimEnd()}…`
}

const write = (context: Context, text: string, x: number, y: number, fill: string): void => {
  context.shadowColor = 'rgba(0,0,0,0.55)'
  context.shadowBlur = 14
  context.shadowOffsetY = 3
  context.fillStyle = fill
  context.fillText(text, x, y)
  context.shadowColor = 'rgba(0,0,0,0)'
  context.shadowBlur = 0
  context.shadowOffsetY = 0
}

const titleWidth = 1000
const titleLines = 3

/** A title in as large letters as fit in three lines; what is too long even then is cut off. */
const fitted = (context: Context, title: string): { lines: string[]; size: number } => {
  let size = 84
  for (; size > 38; size -= 4) {
    context.font = fontOf(size, 700)
    const lines = balanced(context, title, titleWidth)
    if (lines && lines.length <= titleLines) return { lines, size }
  }
  context.font = fontOf(size, 700)
  const lines = wrapped(context, title, titleWidth) ?? [title]
  const last = lines.slice(titleLines - 1).join(' ')
  const shown = [...lines.slice(0, titleLines - 1), ...(last === '' ? [] : [last])]
  return { lines: shown.map((line) => shortened(context, line, titleWidth)), size }
}

/** A title with a line of smaller letters below, about the middle of the picture. */
export const paintTitle = (title: string, below: string, accent: Colour): Canvas => {
  const { canvas, context } = openFrame()
  const middle = 300
  const veil = context.createRadialGradient(width / 2, middle, 60, width / 2, middle, 560)
  veil.addColorStop(0, 'rgba(8,10,26,0.62)')
  veil.addColorStop(0.55, 'rgba(8,10,26,0.4)')
  veil.addColorStop(1, 'rgba(8,10,26,0)')
  context.fillStyle = veil
  context.fillRect(0, 0, width, 720)
  context.textAlign = 'center'
  context.textBaseline = 'middle'
  const { lines: shown, size } = fitted(context, lettersOf(title))
  const step = size * 1.18
  const first = middle - ((shown.length - 1) * step) / 2
  for (const [at, line] of shown.entries()) write(context, line, width / 2, first + at * step, 'rgb(255,252,242)')
  const ruleY = first + (shown.length - 1) * step + size * 0.5 + 38
  context.fillStyle = css(accent)
  context.fillRect(width / 2 - 64, ruleY - 1.5, 52, 3)
  context.fillRect(width / 2 + 12, ruleY - 1.5, 52, 3)
  context.beginPath()
  context.arc(width / 2, ruleY, 5, 0, 2 * Math.PI)
  context.fill()
  context.font = fontOf(32, 400)
  write(context, shortened(context, lettersOf(below), titleWidth), width / 2, ruleY + 42, 'rgb(246,238,220)')
  return canvas
}

const captionSize = 31
const captionStep = 41
const captionBottom = 694
const mostWide = 1160

/** Where captions stand: all of one are within it. */
export const captionTop = (lines: number): number => captionBottom - lines * captionStep - 14

/** Captions: white on a dark box that is as wide as its line; smaller where letters are wide. */
export const paintCaption = (said: readonly string[]): Canvas => {
  const lines = said.map(lettersOf)
  const { canvas, context } = openFrame()
  context.textAlign = 'center'
  context.textBaseline = 'middle'
  context.lineJoin = 'round'
  let size = captionSize
  context.font = fontOf(size, 700)
  while (size > 18 && lines.some((line) => context.measureText(line).width > mostWide)) {
    size -= 2
    context.font = fontOf(size, 700)
  }
  const wide = Math.max(...lines.map((line) => context.measureText(line).width))
  if (wide === 0) return canvas
  const from = captionTop(lines.length)
  context.fillStyle = 'rgba(8,10,20,0.68)'
  context.beginPath()
  context.roundRect((width - wide) / 2 - 26, from, wide + 52, captionBottom - from, 16)
  context.fill()
  for (const [at, line] of lines.entries()) {
    const y = from + 7 + captionStep * (at + 0.5)
    context.lineWidth = 5
    context.strokeStyle = 'rgba(0,0,0,0.75)'
    context.strokeText(line, width / 2, y)
    context.fillStyle = 'rgb(255,255,255)'
    context.fillText(line, width / 2, y)
  }
  return canvas
}

/** The title of a chapter, at the upper left. */
export const paintChapter = (title: string, accent: Colour): Canvas => {
  const { canvas, context } = openFrame()
  context.font = fontOf(34, 700)
  context.textBaseline = 'middle'
  const text = shortened(context, lettersOf(title), 900)
  const wide = context.measureText(text).width
  context.fillStyle = 'rgba(8,10,20,0.6)'
  context.beginPath()
  context.roundRect(56, 52, wide + 62, 64, 12)
  context.fill()
  context.fillStyle = css(accent)
  context.fillRect(72, 68, 6, 32)
  context.fillStyle = 'rgb(255,252,244)'
  context.fillText(text, 94, 85)
  return canvas
}
