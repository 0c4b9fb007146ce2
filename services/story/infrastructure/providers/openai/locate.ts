import { AnalyzerError } from '../../../domain/analysis.ts'
import type { Range } from '../embedded/paragraphs.ts'

const MARKS = `["“”„«»‘’'‚‹›]`
const FLEXIBLE: readonly (readonly [RegExp, string])[] = [
  [/\s+/gu, '\\s+'],
  [/["“”„«»‘’'‚‹›]/gu, MARKS],
  [/…|\.\.\./gu, '(?:…|\\.\\.\\.)'],
  [/[–—―-]/gu, '[–—―-]'],
]

const patternOf = (quote: string): RegExp => {
  let source = quote.trim().replace(/[\\^$.*+?()[\]{}|/]/gu, (char) => (char === '.' ? '\u0000' : `\\${char}`))
  source = source.replaceAll('\u0000\u0000\u0000', '…')
  for (const [found, loose] of FLEXIBLE) source = source.replace(found, loose)
  return new RegExp(source.replaceAll('\u0000', '\\.'), 'gu')
}

/**
 * Where a quotation stands in the text, at or after `from`: as given, else with other marks and spacing.
 * Throws an AnalyzerError when the text has no such words: the model made them up.
 */
export const locate = (text: string, quote: string, from: number): Range => {
  const at = text.indexOf(quote, from)
  if (at >= 0) return { start: at, end: at + quote.length }
  const pattern = patternOf(quote)
  pattern.lastIndex = from
  const match = pattern.exec(text)
  if (match && match[0].length > 0) return { start: match.index, end: match.index + match[0].length }
  throw new AnalyzerError('INVALID_ANSWER', 'the model quotes words that the story does not have there', {
    retryable: true,
  })
}

const OPENING = /["“”„«»‘'‚‹›—―]$/u
const CLOSING = /^["“”«»’‘'‹›]/u

/** The range with the quotation marks that lean on it. */
export const withMarks = (text: string, { start, end }: Range, floor: number): Range => ({
  start: start > floor && OPENING.test(text.slice(start - 1, start)) ? start - 1 : start,
  end: CLOSING.test(text.slice(end, end + 1)) ? end + 1 : end,
})
