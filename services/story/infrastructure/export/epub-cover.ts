import type { FrontMatter } from './front-matter.ts'
import { escapeXml } from './text.ts'

const WIDTH = 1600
const HEIGHT = 2560
const MARGIN = 200
const TITLE_SIZES = [176, 148, 124, 104, 84, 68, 54]
const TITLE_TOP = 520
const TITLE_HEIGHT = 1100
const LINE = 1.25
const AUTHOR_SIZES = [72, 56, 44]
const AUTHOR_HEIGHT = 190
const AUTHOR_BASELINE = 2250

/** A cover of 1600 by 2560 with title and author on the accent colour, in the ink that reads better on it. */
export const coverSvg = (front: FrontMatter): string => {
  const ink = luminance(front.accentColor) > 0.3 ? '#1b1b1b' : '#ffffff'
  const { size, lines } = fitted(front.title, TITLE_SIZES, TITLE_HEIGHT)
  const top = TITLE_TOP + (TITLE_HEIGHT - lines.length * size * LINE) / 2
  const title = lines.map((line, index) => text(line, top + size * (1 + index * LINE), size, 'bold'))
  const author = fitted(front.author, AUTHOR_SIZES, AUTHOR_HEIGHT)
  const names = author.lines.map((line, index) =>
    text(line, AUTHOR_BASELINE + index * author.size * LINE, author.size, 'normal'),
  )
  return `<?xml version="1.0" encoding="utf-8"?>
<svg xmlns="http://www.w3.org/2000/svg" version="1.1" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" \
height="${HEIGHT}" xml:lang="${front.language}">
<title>${escapeXml([front.title, front.author].filter(Boolean).join(' – '))}</title>
<rect width="${WIDTH}" height="${HEIGHT}" fill="${front.accentColor}"/>
<g fill="none" stroke="${ink}">
<rect x="90" y="90" width="${WIDTH - 180}" height="${HEIGHT - 180}" stroke-width="6"/>
<rect x="120" y="120" width="${WIDTH - 240}" height="${HEIGHT - 240}" stroke-width="2"/>
<path d="M650 1980h300M800 1930l50 50-50 50-50-50z" stroke-width="4"/>
</g>
<g fill="${ink}" font-family="Georgia, 'Noto Serif', serif" text-anchor="middle" direction="${front.direction}">
${[...title, ...names].join('\n')}
</g>
</svg>
`
}

const text = (line: string, baseline: number, size: number, weight: string): string =>
  `<text x="${WIDTH / 2}" y="${Math.round(baseline)}" font-size="${size}" font-weight="${weight}">${escapeXml(line)}</text>`

/** The largest of the sizes at which all lines fit into the height; at the smallest, what does not fit is cut off. */
const fitted = (words: string, sizes: number[], height: number): { size: number; lines: string[] } => {
  for (const size of sizes) {
    const lines = wrap(words, size)
    if (lines.length * size * LINE <= height) return { size, lines }
  }
  const size = Math.min(...sizes)
  return { size, lines: wrap(words, size).slice(0, Math.floor(height / size / LINE)) }
}

/** Lines no wider than the frame by an estimate of widths, as no font is at hand; words wider than a line are cut. */
const wrap = (title: string, size: number): string[] => {
  const room = (WIDTH - 2 * MARGIN) / size
  const lines: string[] = []
  let line = ''
  for (const word of title.split(' ').flatMap((word) => cut(word, room))) {
    const longer = line === '' ? word : `${line} ${word}`
    if (line !== '' && ems(longer) > room) {
      lines.push(line)
      line = word
    } else {
      line = longer
    }
  }
  return line === '' ? lines : [...lines, line]
}

const cut = (word: string, room: number): string[] => {
  const pieces: string[] = []
  let piece = ''
  for (const character of word) {
    if (ems(piece + character) > room) {
      pieces.push(piece)
      piece = ''
    }
    piece += character
  }
  return [...pieces, piece]
}

const WIDE = /[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Hang}\p{Extended_Pictographic}\u3000-\u303f\uff00-\uffef]/u
const NARROW = /[\s.,:;!|'’ijl\p{M}]/u

const ems = (line: string): number => {
  let sum = 0
  for (const character of line)
    sum += WIDE.test(character) ? 1 : NARROW.test(character) ? 0.4 : /\p{Lu}/u.test(character) ? 0.86 : 0.68
  return sum
}

/** Relative luminance of `#rrggbb` as WCAG 2 defines it, 0 to 1. */
const luminance = (color: string): number => {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const channel = Number.parseInt(color.slice(at, at + 2), 16) / 255
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}
