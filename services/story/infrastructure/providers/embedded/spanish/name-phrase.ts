import type { Vocabulary } from '../language.ts'
import { type Mention, mentionOf } from '../mention.ts'
import { type Gender, type Token, words } from '../tokens.ts'
import { AFTER } from './adjectives.ts'
import { spanishNoun } from './nouns.ts'
import { TITLES } from './titles.ts'

const LINK = words('de del con la el los las sin y')

export const spanishGender = (lower: string): Gender | undefined =>
  lower.endsWith('a') ? 'f' : lower.endsWith('o') ? 'm' : undefined

export const nameEnd = (tokens: Token[], from: number, names: Vocabulary): number => {
  let end = from + 1
  while (end < tokens.length) {
    const token = tokens[end] as Token
    if (token.capital && token.word) end += 1
    else if (
      LINK.has(token.lower) &&
      token.lower !== 'y' &&
      tokens[end + 1]?.capital &&
      (names.isName(tokens[end + 1]?.lower ?? '') || !tokens[end + 1]?.initial)
    )
      end += 2
    else break
  }
  return end
}

export const nameAt = (tokens: Token[], from: number, names: Vocabulary): Mention | undefined => {
  const first = tokens[from] as Token
  const lower = first.lower
  const title =
    lower in TITLES &&
    (tokens[from + 1]?.capital === true || (tokens[from + 1]?.text === '.' && tokens[from + 2]?.capital === true))
  const noun = spanishNoun(lower)
  if (!title && !(first.capital && first.word)) return undefined
  if (!title && !names.isName(lower) && !(noun && !noun.plural)) return undefined
  const end = title || names.isName(lower) || (noun && !first.initial) ? nameEnd(tokens, from, names) : from + 1
  const parts = tokens.slice(from, end)
  const text = parts
    .filter((part) => part.word)
    .map((part) => part.text)
    .join(' ')
  if (noun && end === from + 1)
    return mentionOf(from, end, 'noun', text, { head: noun.lemma, noun, gender: noun.gender })
  const gender = title ? TITLES[lower] : (noun?.gender ?? parts.find((part) => part.gender)?.gender)
  // "Barba Azul" is no woman for all that a beard is feminine.
  const told = AFTER.has(parts.at(-1)?.lower ?? '') ? spanishGender(parts.at(-1)?.lower ?? '') : spanishGender(lower)
  const trade = tradeAt(tokens, from, end)
  return mentionOf(from, trade ? end + 2 : end, 'name', text, {
    gender: gender ?? (noun ? undefined : (trade?.gender ?? told)),
    noun: noun ?? trade,
  })
}

/** "Bartolo el pescador", but not "le dio a Bartolo el caballo". */
const tradeAt = (tokens: Token[], from: number, end: number) => {
  if (!/^(?:el|la)$/u.test(tokens[end]?.lower ?? '') || tokens[from - 1]?.lower === 'a') return undefined
  const noun = spanishNoun(tokens[end + 1]?.lower ?? '')
  return noun?.kind === 'person' && !noun.generic && !noun.plural && !tokens[end + 1]?.capital ? noun : undefined
}
