import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)
const { subsets, defSubset }: { subsets: string[]; defSubset: string } = require('@fontsource/noto-sans/metadata.json')

export type Weight = 400 | 700

/** Text of one font. */
export interface Run {
  face: string
  text: string
  /** At one point. */
  width: number
}

/** A word as it is set: its runs in order. */
export interface Word {
  runs: Run[]
  /** At one point. */
  width: number
}

/** The fonts of one document. */
export interface Fonts {
  word(text: string, weight: Weight): Word
}

/** What pdfkit keeps of an open font; it has no public way to ask which characters a font covers. */
interface OpenFont {
  /** The code points each glyph of the subset stands for, when text is copied from the page. */
  unicode: number[][]
  font: { hasGlyphForCodePoint(codePoint: number): boolean }
  layoutCache: Record<string, unknown>
}

// No font has this character itself: it prints as the font's sign for a missing glyph, which is a box too.
const BOX = '\u25a1'

const MAX_CACHED_WORDS = 5_000

const graphemes = new Intl.Segmenter('und', { granularity: 'grapheme' })

/** All subsets of Noto Sans in the package, ready for use in `doc`; each is read when a character first asks for it. */
export const openFonts = (doc: PDFKit.PDFDocument): Fonts => {
  const order = [defSubset, ...subsets.filter((subset) => subset !== defSubset)]
  const opened = new Map<string, OpenFont>()
  const words = new Map<string, Word>()

  const open = (face: string): OpenFont => {
    const known = opened.get(face)
    if (known) return known
    doc.registerFont(face, require.resolve(`@fontsource/noto-sans/files/noto-sans-${face}-normal.woff`))
    doc.font(face)
    const font = (doc as unknown as { _font: OpenFont })._font
    font.unicode[0] = [BOX.charCodeAt(0)]
    opened.set(face, font)
    return font
  }

  const covers = (face: string, text: string): boolean => {
    const { font } = open(face)
    for (const character of text) if (!font.hasGlyphForCodePoint(character.codePointAt(0) ?? 0)) return false
    return true
  }

  const faceFor = (text: string, weight: Weight, before?: string): string | undefined => {
    if (before && covers(before, text)) return before
    return order.map((subset) => `${subset}-${weight}`).find((face) => covers(face, text))
  }

  const split = (text: string, weight: Weight): Run[] => {
    const whole = faceFor(text, weight)
    if (whole) return [runOf(whole, text)]
    const stretches: { face: string | undefined; text: string; count: number }[] = []
    for (const { segment } of graphemes.segment(text)) {
      const last = stretches.at(-1)
      const face = faceFor(segment, weight, last?.face)
      if (last && last.face === face) {
        last.text += segment
        last.count += 1
      } else {
        stretches.push({ face, text: segment, count: 1 })
      }
    }
    const standIn = `${defSubset}-${weight}`
    return stretches.map(({ face, text, count }) => (face ? runOf(face, text) : runOf(standIn, BOX.repeat(count))))
  }

  const runOf = (face: string, text: string): Run => ({
    face,
    text,
    width: doc.font(face).fontSize(1).widthOfString(text),
  })

  return {
    word: (text, weight) => {
      const key = `${weight} ${text}`
      const known = words.get(key)
      if (known) return known
      if (words.size >= MAX_CACHED_WORDS) {
        words.clear()
        for (const font of opened.values()) font.layoutCache = Object.create(null)
      }
      const runs = split(text, weight)
      const word = { runs, width: runs.reduce((sum, run) => sum + run.width, 0) }
      words.set(key, word)
      return word
    },
  }
}
