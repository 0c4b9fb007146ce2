import type { SegmentKind } from '../../../domain/analysis.ts'
import type { Language } from './language.ts'
import { paragraphsOf, type Range } from './paragraphs.ts'
import { type QuoteStyle, quotationsOf, quoteStyleOf } from './quotation.ts'
import { opensWithRaya, spokenByRaya } from './raya.ts'
import { tile } from './tiling.ts'

/** A stretch of one paragraph, told or spoken. */
export interface Span extends Range {
  kind: SegmentKind
  paragraph: number
}

const WORDS = /[\p{L}\p{N}]+/gu
const ENDS_SPEECH = /[.,!?…—–:;-]["”“’'»«‘›‹]*\s*$/u
const MID_SENTENCE = /[\p{L}\p{N}]\s*$/u

/** A few quoted words inside a sentence are a title or a phrase held with tongs, unless somebody says them. */
const isSpeech = (paragraph: string, quote: Range, language: Language): boolean => {
  const inner = paragraph.slice(quote.start, quote.end)
  const before = paragraph.slice(0, quote.start)
  const after = paragraph.slice(quote.end)
  const length = inner.match(WORDS)?.length ?? 0
  if (length === 0) return false
  if (length > 8 || ENDS_SPEECH.test(inner.slice(0, -1)) || ENDS_SPEECH.test(inner)) return true
  if (!MID_SENTENCE.test(before)) return true
  if (/^\P{L}*\p{Ll}/u.test(inner)) return false
  const neighbours = [before.match(WORDS)?.at(-1), after.match(WORDS)?.[0], after.match(WORDS)?.[1]]
  return neighbours.some((word) => word !== undefined && language.speech(word.toLowerCase()) !== undefined)
}

const usesRaya = (paragraphs: string[], style: QuoteStyle, language: Language): boolean => {
  const dashed = paragraphs.filter(opensWithRaya).length
  if (language.code === 'es') return true
  return dashed >= 2 && (style.size === 0 || dashed * 4 > paragraphs.length)
}

/** Told and spoken stretches that tile the content: each keeps the white space behind it. */
export const spansOf = (content: string, language: Language): Span[] => {
  const style = quoteStyleOf(content)
  const paragraphs = paragraphsOf(content)
  const texts = paragraphs.map(({ start, end }) => content.slice(start, end))
  const raya = usesRaya(texts, style, language)
  const spans: Span[] = []
  for (const [paragraph, range] of paragraphs.entries()) {
    const text = texts[paragraph] ?? ''
    const dashed = raya ? spokenByRaya(text) : []
    const spoken =
      dashed.length > 0 ? dashed : quotationsOf(text, style).filter((quote) => isSpeech(text, quote, language))
    spans.push(
      ...tile(text, spoken).map(({ start, end, kind }) => ({
        kind,
        paragraph,
        start: start + range.start,
        end: end + range.start,
      })),
    )
  }
  return spans
}
