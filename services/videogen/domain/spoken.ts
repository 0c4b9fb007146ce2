import type { Told } from './film.ts'

/** A piece of text as it is written, and when it is said. */
export interface Spoken {
  text: string
  startMs: number
  endMs: number
  /** Whether a space goes before it. */
  isApart: boolean
}

interface Piece {
  from: number
  to: number
  isApart: boolean
}

const unspaced = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}]/u
const longest = 40
/** How far ahead a word is looked for: one that is said otherwise than written must not lead astray. */
const lookAhead = 80

/** Where a line may break within what has no spaces: between words, or anywhere between what is seen as one character. */
const cutsOf = (text: string, language: string): string[] => {
  const granularity = unspaced.test(text) ? 'word' : 'grapheme'
  const parts = [...new Intl.Segmenter(language, { granularity }).segment(text)].map(({ segment }) => segment)
  if (granularity === 'word') return parts
  const cuts: string[] = []
  for (let at = 0; at < parts.length; at += longest) cuts.push(parts.slice(at, at + longest).join(''))
  return cuts
}

const lengthOf = (text: string): number => [...text].length

const piecesOf = (text: string, language: string): Piece[] =>
  [...text.matchAll(/\S+/gu)].flatMap(({ 0: token, index }) => {
    if (lengthOf(token) <= longest && !unspaced.test(token)) {
      return [{ from: index, to: index + token.length, isApart: true }]
    }
    let from = index
    return cutsOf(token, language).map((cut) => {
      const piece = { from, to: from + cut.length, isApart: from === index }
      from = piece.to
      return piece
    })
  })

/** Where the words that are said stand in the text. */
const placesOf = (text: string, words: Told['words']) => {
  const lower = text.toLowerCase()
  let from = 0
  return words.flatMap(({ text: word, startMs, endMs }) => {
    const at = lower.indexOf(word.toLowerCase(), from)
    if (word === '' || at < 0 || at - from > lookAhead) return []
    from = at + word.length
    return [{ from: at, to: from, startMs, endMs }]
  })
}

/** The text of a segment in pieces, each with the time at which it is said; punctuation belongs to the word it follows. */
export const spokenOf = ({ text, words, startMs, endMs }: Told, language: string): Spoken[] => {
  const pieces = piecesOf(text, language)
  const places = placesOf(text, words)
  const timeAt = (at: number): number => startMs + ((endMs - startMs) * at) / Math.max(1, text.length)
  let last = places.length > 0 ? Math.min(startMs, places[0]?.startMs ?? startMs) : startMs
  let next = 0
  return pieces.map(({ from, to, isApart }) => {
    while (next < places.length && (places[next]?.to ?? 0) <= from) next += 1
    const first = places[next]
    const said = first && first.from < to ? first : undefined
    let until = said?.endMs
    for (let at = next; at < places.length && (places[at]?.from ?? to) < to; at += 1) until = places[at]?.endMs
    const start = Math.max(last, said?.startMs ?? (places.length > 0 ? last : timeAt(from)))
    const end = Math.max(start, until ?? (places.length > 0 ? start : timeAt(to)))
    last = end
    return { text: text.slice(from, to), startMs: start, endMs: end, isApart }
  })
}

const sentenceEnd = /[.!?…。！？]["'”’»«“)\]]*$/u
const clauseEnd = /[,;:，、；：—–]["'”’»«“)\]]*$/u

export const endsSentence = (text: string): boolean => sentenceEnd.test(text)
export const endsClause = (text: string): boolean => clauseEnd.test(text)

const bare = (text: string): string => text.replace(/[\s\p{P}]+/gu, '').toLowerCase()

/** Whether two texts say the same. */
export const saysTheSame = (one: string, other: string): boolean => bare(one) === bare(other)
