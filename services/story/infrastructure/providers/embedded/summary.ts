import type { FoundCharacter } from '../../../domain/analysis.ts'
import type { Language } from './language.ts'
import type { ReadSentence, ReadSpan } from './reading.ts'

const SENTENCES = 4
const LONGEST = 260
const SHORTEST_WORDS = 5

interface Rated {
  sentence: ReadSentence
  order: number
  score: number
}

/** The sentences of narration that say most: words the story repeats, its characters, its beginning and end. */
export const summarise = (
  content: string,
  spans: readonly ReadSpan[],
  characters: readonly FoundCharacter[],
  language: Language,
): string => {
  const told = spans.flatMap((span) => (span.kind === 'paragraph' ? span.sentences : []))
  const whole = told.filter(({ start, end, tokens }) => {
    const text = content.slice(start, end)
    return (
      end - start <= LONGEST &&
      /[.!?…。！？]$/u.test(text) &&
      !/^\p{Ll}/u.test(text) &&
      tokens.filter(({ word }) => word).length >= SHORTEST_WORDS
    )
  })
  const counts = new Map<string, number>()
  for (const { tokens } of told)
    for (const { lower, word } of tokens)
      if (word && lower.length > 2 && !language.stopWords.has(lower)) counts.set(lower, (counts.get(lower) ?? 0) + 1)
  const names = new Set(
    characters
      .filter(({ role }) => role === 'protagonist')
      .flatMap(({ name, aliases }) => [name, ...aliases].map((one) => one.toLowerCase().split(' ').at(-1) ?? '')),
  )
  const rated = whole.map((sentence, order): Rated => {
    const content = sentence.tokens.filter(({ lower }) => counts.has(lower))
    const weight = content.reduce(
      (sum, { lower }) => sum + Math.log1p(counts.get(lower) ?? 0) + (names.has(lower) ? 1 : 0),
      0,
    )
    const edge = order === 0 ? 2 : order === whole.length - 1 ? 1.4 : 1
    return { sentence, order, score: (edge * weight) / Math.sqrt(4 + content.length) }
  })
  return rated
    .sort((a, b) => b.score - a.score)
    .slice(0, SENTENCES)
    .sort((a, b) => a.order - b.order)
    .map(({ sentence }) => content.slice(sentence.start, sentence.end).replace(/\s+/gu, ' '))
    .join(' ')
}
