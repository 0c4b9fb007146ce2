import type { Vocabulary } from '../language.ts'
import { type Mention, mentionOf } from '../mention.ts'
import { type Token, words } from '../tokens.ts'
import { determiner, genderOf, NUMBER, POSSESSIVE } from './determiners.ts'
import { lemmaOf, nameAt } from './name-phrase.ts'
import { germanNoun } from './nouns.ts'
import { isGermanVerb, isKnownGermanVerb } from './verbs.ts'

/** "seine Frau" is his wife. */
const SPOUSES: Readonly<Record<string, string>> = { frau: 'ehefrau', mann: 'ehemann', weib: 'ehefrau' }

const RESTRICTING = words('mit aus hinter am im auf')

const ADJECTIVE = /(?:e|en|em|er|es)$/u

const INTENSIFIERS = words(
  'sehr so ganz gar recht zu ziemlich besonders wunder steinalt drei vier fünf sechs sieben acht neun zehn zwei zwölf beiden',
)

const NOMINAL =
  /^(?:ältest|jüngst|mittler|mittelst|erst|zweit|dritt|viert|ander|letzt|klein|groß|alt|jung)(?:e|en|er|es)$/u

/** Adjectives in lower case up to the noun; without a noun an adjective may stand for one ("die Alte", "der jüngste"). */
export const nounPhrase = (tokens: Token[], from: number, article: Token, names: Vocabulary): Mention | undefined => {
  let i = from
  while (i < tokens.length && i < from + 6) {
    const token = tokens[i] as Token
    if (token.word && token.capital) break
    const adjective = token.word && (ADJECTIVE.test(token.lower) || INTENSIFIERS.has(token.lower))
    const comma =
      token.text === ',' && i > from && ADJECTIVE.test(tokens[i + 1]?.lower ?? '') && tokens[i + 1]?.pos !== 'verb'
    if (
      (!adjective ||
        isKnownGermanVerb(token.lower) ||
        (isGermanVerb(token.lower) && !ADJECTIVE.test(token.lower)) ||
        determiner(token)) &&
      !comma
    )
      break
    i += 1
  }
  const head = tokens[i]
  const adjectives = tokens
    .slice(from, i)
    .filter((token) => token.word)
    .map((token) => token.lower)
  if (!head?.word || !head.capital) {
    const nominal = tokens[from]
    if (!nominal || !NOMINAL.test(nominal.lower) || i !== from + 1) return undefined
    return mentionOf(from, i, 'noun', nominal.text, {
      head: nominal.lower,
      nominal: true,
      modifiers: [nominal.lower],
      gender: genderOf(article.lower, nominal),
    })
  }
  let end = i + 1
  const owned = POSSESSIVE.test(article.lower) ? SPOUSES[head.lower] : undefined
  const noun = germanNoun(owned ?? lemmaOf(head))
  const plural = noun?.plural === true || NUMBER.has(article.lower) || (article.lower === 'die' && noun?.gender === 'm')
  if (noun && !plural) while (tokens[end]?.capital && isNameToken(tokens[end] as Token, names)) end += 1
  if (!noun && names.isName(lemmaOf(head)) && !NOMINAL.test(head.lower)) {
    const name = nameAt(tokens, i, names)
    if (name) return { ...name, gender: name.gender ?? genderOf(article.lower, head), modifiers: adjectives }
  }
  const text = tokens
    .slice(from, end)
    .filter((token) => token.word)
    .map((token) => token.text)
    .join(' ')
  const nominal = NOMINAL.test(head.lower) || noun?.lemma === 'alte'
  return mentionOf(from, end, 'noun', text, {
    restricted: RESTRICTING.has(tokens[end]?.lower ?? ''),
    nominal: NOMINAL.test(head.lower) && !noun,
    head: nominal ? head.lower : (noun?.lemma ?? lemmaOf(head)),
    noun,
    modifiers: nominal ? [...adjectives, head.lower] : adjectives,
    gender: noun?.gender ?? (plural ? undefined : genderOf(article.lower, head)),
    plural,
    name:
      tokens
        .slice(i + 1, end)
        .map((token) => token.text)
        .join(' ') || undefined,
  })
}

const isNameToken = (token: Token, names: Vocabulary): boolean =>
  token.capital && token.word && names.isName(lemmaOf(token)) && germanNoun(lemmaOf(token)) === undefined
