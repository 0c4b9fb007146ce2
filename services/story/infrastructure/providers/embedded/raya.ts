import type { Range } from './paragraphs.ts'

const OPENING = /^\s*(?<dash>[—–―]\s?|-(?=[\p{L}¡¿"«“]))/u
const AFTER_COLON = /:\s+(?=[—―]\S)/u
const INCISE = /\s[—–―-](?=[^\s\d])/gu
const INCISE_END = /(?<=\S)\s?[—–―-](?=[\s.,;:!?…]|$)[.,;:!?…]*/gu

/** Does this paragraph open with a dash that stands for speech? */
export const opensWithRaya = (paragraph: string): boolean => OPENING.test(paragraph)

/**
 * The spoken parts of a paragraph that marks speech by dashes: `—Ven —dijo ella—. Es tarde.` speaks twice,
 * and what stands between a spaced dash and the dash that leans on the last word is the teller's.
 */
export const spokenByRaya = (paragraph: string): Range[] => {
  const colon = AFTER_COLON.exec(paragraph)
  const start = opensWithRaya(paragraph) ? paragraph.search(/\S/u) : colon ? colon.index + colon[0].length : -1
  if (start < 0) return []
  const spoken: Range[] = []
  let from = start
  while (from < paragraph.length) {
    INCISE.lastIndex = from + 1
    const incise = INCISE.exec(paragraph)
    spoken.push({ start: from, end: incise ? incise.index : paragraph.trimEnd().length })
    if (!incise) break
    INCISE_END.lastIndex = incise.index + 2
    const close = INCISE_END.exec(paragraph)
    const next = close ? close.index + close[0].length : paragraph.length
    from = next + (/\s*/u.exec(paragraph.slice(next))?.[0].length ?? 0)
  }
  return spoken.filter((range) => range.end > range.start)
}
