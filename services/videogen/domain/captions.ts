import type { Soundtrack } from './film.ts'
import { endsClause, endsSentence, type Spoken, spokenOf } from './spoken.ts'

/** What is read at one time: from when its first word begins to where its last ends. */
export interface Phrase {
  startMs: number
  endMs: number
  lines: readonly string[]
}

const longestLine = 42
/** A silence that speech begins anew behind. */
const pauseMs = 250
/** A gap too short to be seen as one would only flicker. */
const flickerMs = 130
/** A cut at a comma must leave about this much before it. */
const leastCut = 24
const littleWord = 3

const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' })
const widthOf = (text: string): number => {
  let count = 0
  for (const _ of segmenter.segment(text)) count += 1
  return count
}

const joined = (words: readonly Spoken[]): string =>
  words.map(({ text, isApart }, at) => (isApart && at > 0 ? ` ${text}` : text)).join('')

/** In one line if it fits, else in two as even as can be; undefined if it fits in neither. */
const linesOf = (words: readonly Spoken[]): string[] | undefined => {
  const whole = joined(words)
  if (widthOf(whole) <= longestLine) return [whole]
  let [best, unevenness] = [undefined as string[] | undefined, Number.POSITIVE_INFINITY]
  for (let cut = 1; cut < words.length; cut += 1) {
    const [first, second] = [joined(words.slice(0, cut)), joined(words.slice(cut))]
    const [a, b] = [widthOf(first), widthOf(second)]
    if (a > longestLine || b > longestLine || Math.abs(a - b) >= unevenness) continue
    best = [first, second]
    unevenness = Math.abs(a - b)
  }
  return best
}

/** Where to cut what is too long: behind the last clause that leaves enough before it, else where it is full. */
const cutOf = (words: readonly Spoken[]): number => {
  for (let cut = words.length - 1; cut > 0; cut -= 1) {
    if (endsClause(words[cut - 1]?.text ?? '') && widthOf(joined(words.slice(0, cut))) >= leastCut) return cut
  }
  // Not behind a little word, which belongs to what follows.
  const whole = words.findLastIndex(({ text }) => widthOf(text) > littleWord) + 1
  return words.length - whole <= 2 && whole > 0 ? whole : words.length
}

const phraseOf = (words: readonly Spoken[]): Phrase => ({
  startMs: words[0]?.startMs ?? 0,
  endMs: words.at(-1)?.endMs ?? 0,
  lines: linesOf(words) ?? [joined(words)],
})

const phrasesOf = (spoken: readonly Spoken[]): Phrase[] => {
  const phrases: Phrase[] = []
  let words: Spoken[] = []
  const close = (cut: number) => {
    if (cut > 0) phrases.push(phraseOf(words.slice(0, cut)))
    words = words.slice(cut)
  }
  for (const word of spoken) {
    const last = words.at(-1)
    const isNew = last && (endsSentence(last.text) || word.startMs - last.endMs >= pauseMs)
    if (isNew) close(words.length)
    else if (words.length > 0 && !linesOf([...words, word])) {
      close(cutOf(words))
      // What is left of it may still be too long with the word.
      if (words.length > 0 && !linesOf([...words, word])) close(words.length)
    }
    words.push(word)
  }
  close(words.length)
  return phrases
}

/** The captions of a film, in order, none over another. */
export const captionsOf = ({ segments, language }: Pick<Soundtrack, 'segments' | 'language'>): Phrase[] => {
  const phrases = segments.flatMap((told) => phrasesOf(spokenOf(told, language))).filter(({ lines }) => lines[0] !== '')
  return phrases.map(({ startMs, endMs, lines }, at) => {
    const next = phrases[at + 1]?.startMs ?? Number.POSITIVE_INFINITY
    return { startMs, endMs: next - endMs < flickerMs ? next : endMs, lines }
  })
}
