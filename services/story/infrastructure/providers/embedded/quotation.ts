import type { Range } from './paragraphs.ts'

/** Which marks open a quotation in one text, and what closes each. */
export type QuoteStyle = ReadonlyMap<string, string>

const count = (content: string, pattern: RegExp): number => {
  let n = 0
  for (const _ of content.matchAll(pattern)) n += 1
  return n
}

/** Reads from the text itself how it quotes, since authors and publishers differ within one language. */
export const quoteStyleOf = (content: string): QuoteStyle => {
  const style = new Map<string, string>()
  const low = content.includes('„')
  if (low) style.set('„', '“”"')
  else if (content.includes('“')) style.set('“', '”')
  else if (content.includes('”')) style.set('”', '”')
  const inward = count(content, /(?:^|[\s:—–(])»(?=\S)/gmu)
  const outward = count(content, /(?:^|[\s:—–(])«(?=\S)/gmu)
  if (inward > outward) style.set('»', '«')
  else if (content.includes('«')) style.set('«', '»')
  if (content.includes('"')) style.set('"', '"')
  if (content.includes('「')) style.set('「', '」')
  if (style.size > 0) return style
  const angleInward = count(content, /(?:^|[\s:—–(])›(?=\S)/gmu)
  if (angleInward > 0) style.set('›', '‹')
  else if (content.includes('‹')) style.set('‹', '›')
  if (content.includes('‚')) style.set('‚', '‘’')
  else if (content.includes('‘')) style.set('‘', '’')
  if (count(content, /(?:^|[\s:—–(])'(?=\p{L})/gmu) > 0) style.set("'", "'")
  return style
}

const APOSTROPHES = new Set(["'", '’', '‘'])
const LETTER = /[\p{L}\p{N}]/u
const PUNCTUATION = /[.,;:!?…—–\-*)]/u

const opensAt = (text: string, i: number): boolean => {
  const before = text[i - 1]
  const after = text[i + 1]
  return after !== undefined && !/\s/u.test(after) && (before === undefined || !LETTER.test(before))
}

/** A single mark is also an apostrophe: the one after punctuation closes, else the last that ends a word. */
const closeSingle = (text: string, from: number, closers: string, opener: string): number => {
  let fallback = -1
  for (let i = from; i < text.length; i += 1) {
    const mark = text[i] as string
    if (mark === opener && opener !== closers && opensAt(text, i)) break
    if (!closers.includes(mark) || LETTER.test(text[i + 1] ?? ' ')) continue
    if (PUNCTUATION.test(text[i - 1] ?? '')) return i
    if (fallback < 0) fallback = i
  }
  return fallback
}

const closeDouble = (text: string, from: number, closers: string): number => {
  for (let i = from; i < text.length; i += 1) if (closers.includes(text[i] as string)) return i
  return -1
}

/** The quotations in one paragraph, marks included. One left open runs to the paragraph's end. */
export const quotationsOf = (text: string, style: QuoteStyle): Range[] => {
  const found: Range[] = []
  for (let i = 0; i < text.length; i += 1) {
    const opener = text[i] as string
    const closers = style.get(opener)
    if (closers === undefined || (!opensAt(text, i) && opener !== '"')) continue
    const single = APOSTROPHES.has(opener)
    const close = single ? closeSingle(text, i + 1, closers, opener) : closeDouble(text, i + 1, closers)
    if (close < 0 && single) continue
    if (close < 0 && /^\s*$/u.test(text.slice(i + 1))) continue
    const end = close < 0 ? text.length : close + 1
    found.push({ start: i, end })
    i = end - 1
  }
  return found
}
