import type { Fonts, Weight, Word } from './pdf-fonts.ts'

/** Words that stand on one line. */
export interface Line {
  words: Word[]
  /** In points, without the space at its end. */
  width: number
}

/** How words are measured and how much room they have; lengths in points. */
export interface Measure {
  fonts: Fonts
  weight: Weight
  size: number
  width: number
  /** Of the first line. */
  indent: number
}

// More than any word can hold, so that an endless one is not measured as a whole.
const MAX_PER_EM = 6
// White space, but for the spaces that forbid a break.
const SPACES = /[^\S\u00a0\u2007\u202f]+/
// The letter ahead is looked for first: a row of dashes would otherwise be searched back from every one of them.
const AFTER_DASH = /(?=[\p{L}\p{N}])(?<=[\p{L}\p{N}][-‐–—…/]+)/u
// Soft hyphens would print, and an emoji's selectors would print boxes.
const INVISIBLE = /[\u00ad\u200b\u2060\ufeff\p{Variation_Selector}]/gu

const graphemes = new Intl.Segmenter('und', { granularity: 'grapheme' })

/** Breaks a text into lines, each as full as it can be; a word wider than a line is cut between characters. */
export function* linesOf(text: string, { fonts, weight, size, width, indent }: Measure): Generator<Line> {
  let line: Line = { words: [], width: 0 }
  let advance = 0
  let room = width - indent
  for (const part of partsOf(text)) {
    for (const piece of fitting(part, fonts, weight, width / size)) {
      const word = fonts.word(piece, weight)
      const visible = size * (piece.endsWith(' ') ? fonts.word(piece.trimEnd(), weight).width : word.width)
      if (line.words.length > 0 && advance + visible > room) {
        yield line
        line = { words: [], width: 0 }
        advance = 0
        room = width
      }
      line.words.push(word)
      line.width = advance + visible
      advance += word.width * size
    }
  }
  if (line.words.length > 0) yield line
}

/** The text between two chances for a break, with the space that follows it. */
function* partsOf(text: string): Generator<string> {
  for (const word of text.normalize('NFC').replace(INVISIBLE, '').split(SPACES)) {
    if (word === '') continue
    yield* `${word} `.split(AFTER_DASH)
  }
}

function* fitting(part: string, fonts: Fonts, weight: Weight, room: number): Generator<string> {
  if (part.length <= room * MAX_PER_EM && fonts.word(part, weight).width <= room) {
    yield part
    return
  }
  let piece = ''
  let width = 0
  for (const { segment } of graphemes.segment(part)) {
    const advance = segment === ' ' ? 0 : fonts.word(segment, weight).width
    if (piece !== '' && width + advance > room) {
      yield piece
      piece = ''
      width = 0
    }
    piece += segment
    width += advance
  }
  yield piece
}
