import type { Vocabulary } from '../language.ts'
import type { Definiteness, Mention } from '../mention.ts'
import { type Gender, type Sentence, type Token, words } from '../tokens.ts'
import { germanNoun } from './nouns.ts'
import { TITLES } from './titles.ts'
import { isGermanVerb, isKnownGermanVerb } from './verbs.ts'

const ARTICLES: Readonly<Record<string, Definiteness>> = {
  der: 'definite',
  die: 'definite',
  das: 'definite',
  den: 'definite',
  dem: 'definite',
  des: 'definite',
  ein: 'indefinite',
  eine: 'indefinite',
  einen: 'indefinite',
  einem: 'indefinite',
  einer: 'indefinite',
  eines: 'indefinite',
}
/** "seine Frau" is his wife. */
const SPOUSES: Readonly<Record<string, string>> = { frau: 'ehefrau', mann: 'ehemann', weib: 'ehefrau' }
const NUMBER = words('zwei drei vier fünf sechs sieben acht neun zehn elf zwölf viele einige mehrere')
const POSSESSIVE = /^(?:mein|dein|sein|ihr|unser|euer|eur|unsr)(?:e|en|em|er|es)?$/u
const DEMONSTRATIVE = /^(?:dies|jen|jed|welch|solch|kein)(?:e|en|em|er|es)?$/u
const CONTRACTED = words('zum zur im am beim vom ins ans aufs durchs fürs ums hinterm unterm übers')
const PREPOSITIONS =
  words(`mit von zu bei nach aus in an auf über unter vor hinter neben zwischen für gegen ohne durch um seit
trotz wegen während gegenüber samt bis ${[...CONTRACTED].join(' ')}`)
const OBLIQUE = /^(?:den|dem|des|einen|einem|eines|(?:mein|dein|sein|ihr|unser|eur|dies|jen|jed|kein)(?:en|em|es))$/u
const GENITIVE_FEMININE = /^(?:der|einer|(?:mein|dein|sein|ihr|unser|eur|dies|jen|jed)er)$/u
const RESTRICTING = words('mit aus hinter am im auf')
const COMPARING = words('wie als')
const PRONOUNS: Readonly<Record<string, { gender?: Gender; plural?: boolean; person?: 1; oblique?: boolean }>> = {
  er: { gender: 'm' },
  sie: { gender: 'f' },
  es: {},
  ich: { person: 1 },
  wir: { person: 1, plural: true },
  ihm: { gender: 'm', oblique: true },
  ihn: { gender: 'm', oblique: true },
  ihnen: { plural: true, oblique: true },
  mir: { person: 1, oblique: true },
  mich: { person: 1, oblique: true },
}
/** "Die schalt es": at the head of a sentence the article alone points at whoever was named last. */
const POINTING: Readonly<Record<string, { gender: Gender; plural?: boolean; person?: 1; oblique?: boolean }>> = {
  der: { gender: 'm' },
  die: { gender: 'f' },
}
const ADJECTIVE = /(?:e|en|em|er|es)$/u
const INTENSIFIERS = words(
  'sehr so ganz gar recht zu ziemlich besonders wunder steinalt drei vier fünf sechs sieben acht neun zehn zwei zwölf beiden',
)
const NOMINAL =
  /^(?:ältest|jüngst|mittler|mittelst|erst|zweit|dritt|viert|ander|letzt|klein|groß|alt|jung)(?:e|en|er|es)$/u

const lemmaOf = (token: Token): string => token.lower.replace(/'s?$/u, '')

const make = (start: number, end: number, kind: Mention['kind'], text: string, rest: Partial<Mention>): Mention => ({
  start,
  end,
  kind,
  text,
  head: text.toLowerCase(),
  noun: undefined,
  modifiers: [],
  nominal: false,
  gender: undefined,
  plural: false,
  person: 3,
  definiteness: 'bare',
  oblique: false,
  compared: false,
  ...rest,
})

/** Nouns, names and pronouns of a German sentence; the case of the article tells who cannot be the subject. */
export const germanMentions = ({ tokens }: Sentence, names: Vocabulary): Mention[] => {
  const found: Mention[] = []
  for (let i = 0; i < tokens.length; ) {
    const token = tokens[i] as Token
    const before = tokens[i - 1]
    const prepositional = before !== undefined && PREPOSITIONS.has(before.lower)
    const compared = before !== undefined && COMPARING.has(before.lower) && tokens[i + 2]?.pos !== 'verb'
    const contracted = CONTRACTED.has(token.lower)
    const definiteness = contracted ? 'definite' : determiner(token)
    const phrase = definiteness ? nounPhrase(tokens, i + 1, token, names) : undefined
    if (phrase) {
      const pronounLike = phrase.noun?.gender
      const oblique =
        prepositional ||
        contracted ||
        OBLIQUE.test(token.lower) ||
        (GENITIVE_FEMININE.test(token.lower) &&
          (pronounLike === 'f' || phrase.plural || /(?:ung|heit|keit|schaft|ion)$/u.test(phrase.head)))
      found.push({
        ...phrase,
        start: i,
        definiteness: definiteness ?? 'bare',
        oblique,
        compared,
        negated: /^(?:kein|jed|welch)/u.test(token.lower),
      })
      i = phrase.end
      continue
    }
    const pointing = token.initial && tokens[i + 1]?.pos === 'verb' ? POINTING[token.lower] : undefined
    const pronoun = pointing ?? (token.capital && !token.initial ? undefined : PRONOUNS[token.lower])
    if (pronoun) {
      found.push(
        make(i, i + 1, 'pronoun', token.lower, {
          gender: pronoun.gender,
          plural: pronoun.plural ?? false,
          person: pronoun.person ?? 3,
          oblique: pronoun.oblique === true || prepositional,
        }),
      )
      i += 1
      continue
    }
    const name = nameAt(tokens, i, names)
    if (!name) {
      i += 1
      continue
    }
    const genitive = tokens[name.end]?.capital === true && /[^s]s$|'$/u.test((tokens[name.end - 1] as Token).text)
    found.push({ ...name, oblique: prepositional || genitive, compared })
    i = name.end
  }
  return found
}

const determiner = (token: Token): Definiteness | undefined =>
  ARTICLES[token.lower] ??
  (NUMBER.has(token.lower) ? 'indefinite' : undefined) ??
  (POSSESSIVE.test(token.lower) ? 'possessive' : DEMONSTRATIVE.test(token.lower) ? 'definite' : undefined)

const genderOf = (article: string, head: Token): Gender | undefined => {
  if (/(?:chen|lein)$/u.test(head.lower)) return undefined
  if (
    article === 'die' ||
    article === 'eine' ||
    article === 'zur' ||
    /^(?:mein|dein|sein|ihr|unser|dies|jen)e$/u.test(article)
  )
    return 'f'
  if (article === 'einer') return 'f'
  if (article === 'den' || article === 'einen') return 'm'
  return article === 'der' ? 'm' : undefined
}

/** Adjectives in lower case up to the noun; without a noun an adjective may stand for one ("die Alte", "der jüngste"). */
const nounPhrase = (tokens: Token[], from: number, article: Token, names: Vocabulary): Mention | undefined => {
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
    return make(from, i, 'noun', nominal.text, {
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
  return make(from, end, 'noun', text, {
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

const nameAt = (tokens: Token[], from: number, names: Vocabulary): Mention | undefined => {
  const first = tokens[from] as Token
  if (!first.capital || !first.word) return undefined
  const lower = lemmaOf(first)
  const title = lower in TITLES
  let end = from + 1
  if (title && tokens[end]?.text === '.') end += 1
  const named = names.isName(lower)
  const noun = germanNoun(lower)
  if (title || named) {
    while (end < tokens.length) {
      const token = tokens[end] as Token
      const being = germanNoun(lemmaOf(token)) !== undefined
      if (
        token.capital &&
        token.word &&
        (names.isName(lemmaOf(token)) || title) &&
        (!being || (title && end === from + 1))
      )
        end += 1
      else break
      if (title && end > from + 3) break
    }
  }
  const parts = tokens.slice(from, end)
  const text = parts
    .map((part) => part.text.replace(/'s?$/u, ''))
    .join(' ')
    .replaceAll(' .', '.')
  if (title && end > from + 1 && parts.filter((part) => part.word).length > 1)
    return make(from, end, 'name', text, { gender: TITLES[lower], noun })
  // "Löwen lagen darin": several, unless an article says otherwise.
  if (noun && lower.endsWith('n') && !noun.lemma.endsWith('n')) return undefined
  if (noun && !noun.plural && (noun.kind !== 'person' || named || title || first.initial))
    return make(from, from + 1, 'noun', parts[0]?.text ?? text, { head: noun.lemma, noun, gender: noun.gender })
  return named
    ? make(
        from,
        end,
        'name',
        text.replace(/(?<=[^s])s$/u, (s) => (names.isName(text.slice(0, -1).toLowerCase()) ? '' : s)),
        { gender: first.gender },
      )
    : undefined
}
