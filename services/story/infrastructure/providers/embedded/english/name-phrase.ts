import type { Vocabulary } from '../language.ts'
import { type Mention, mentionOf } from '../mention.ts'
import { type Gender, type Token, words } from '../tokens.ts'
import { DETERMINERS } from './determiners.ts'
import { englishNoun } from './nouns.ts'
import { PRONOUNS } from './pronouns.ts'

const TITLES: Readonly<Record<string, Gender | undefined>> = {
  mr: 'm',
  mister: 'm',
  mrs: 'f',
  ms: 'f',
  miss: 'f',
  madam: 'f',
  madame: 'f',
  sir: 'm',
  dame: 'f',
  monsieur: 'm',
  dr: undefined,
  doctor: undefined,
  professor: undefined,
  saint: undefined,
  st: undefined,
  señor: 'm',
  don: 'm',
}

export const POSSESSIVE = /'s?$/u

const NAME_LINK = words('of the in von de van')

/** Without the ending of an owner. */
export const bare = (text: string): string => text.replace(/'s?$/u, '')

/** Is this word a name in this text? */
export const isName = (token: Token, names: Vocabulary): boolean =>
  token.capital && token.word && (names.isName(bare(token.lower)) || (token.pos === 'proper' && !token.initial))

/** "Good day, miller." A being that stands alone between marks is spoken to. */
export const calledAt = (tokens: Token[], at: number): Mention | undefined => {
  const token = tokens[at] as Token
  const noun = englishNoun(token.lower)
  const before = tokens[at - 1]
  const qualified = before?.pos === 'adjective' && (tokens[at - 2] === undefined || tokens[at - 2]?.word === false)
  if (!noun || tokens[at + 1]?.word || (before?.word && !qualified)) return undefined
  return mentionOf(at, at + 1, 'noun', token.text, { head: noun.lemma, noun, gender: noun.gender, plural: noun.plural })
}

/** A run of capitals that names somebody, with its title, or a bare "Mother", "Wolf". */
export const nameAt = (tokens: Token[], from: number, names: Vocabulary): Mention | undefined => {
  const first = tokens[from] as Token
  const firstLower = bare(first.lower)
  const title = first.capital && firstLower in TITLES
  const noun = englishNoun(firstLower)
  if (!first.capital) return undefined
  if (!title && !(noun && !noun.plural) && !isName(first, names)) return undefined
  let end = from + 1
  if (title && tokens[end]?.text === '.') end += 1
  while (end < tokens.length && !POSSESSIVE.test((tokens[end - 1] as Token).text)) {
    const token = tokens[end] as Token
    if (token.capital && token.word && !DETERMINERS[token.lower] && !PRONOUNS[token.lower]) end += 1
    else if (
      NAME_LINK.has(token.lower) &&
      tokens[end + 1]?.capital &&
      !first.initial &&
      tokens[end + 1]?.pos === 'proper'
    )
      end += 2
    else break
  }
  if (title && end === from + 1) return undefined
  const parts = tokens.slice(from, end)
  const capitals = parts.filter((part) => part.word)
  const text = parts
    .map((part) => bare(part.text))
    .join(' ')
    .replaceAll(' .', '.')
  const last = englishNoun(bare(capitals.at(-1)?.lower ?? ''))
  // "Mother", "Little Red Hen", "Wolf": a known being written like a name.
  if (last && !title && (capitals.length === 1 || capitals.slice(0, -1).every((part) => part.pos === 'adjective')))
    return mentionOf(from, end, 'noun', text, {
      head: last.lemma,
      noun: last,
      gender: last.gender,
      plural: last.plural,
      modifiers: capitals.slice(0, -1).map((part) => part.lower),
    })
  const gender = title ? TITLES[firstLower] : (noun?.gender ?? capitals.find((part) => part.gender)?.gender)
  return mentionOf(from, end, 'name', text, { head: text.toLowerCase(), gender, noun })
}
