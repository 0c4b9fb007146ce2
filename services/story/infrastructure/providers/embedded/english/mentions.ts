import type { Vocabulary } from '../language.ts'
import type { Definiteness, Mention } from '../mention.ts'
import { type Gender, type Sentence, type Token, words } from '../tokens.ts'
import { englishNoun } from './nouns.ts'

const DETERMINERS: Readonly<Record<string, Definiteness>> = {
  the: 'definite',
  this: 'definite',
  that: 'definite',
  a: 'indefinite',
  an: 'indefinite',
  another: 'indefinite',
  his: 'possessive',
  her: 'possessive',
  their: 'possessive',
  my: 'possessive',
  our: 'possessive',
  your: 'possessive',
  its: 'possessive',
  one: 'indefinite',
  two: 'indefinite',
  three: 'indefinite',
  four: 'indefinite',
  five: 'indefinite',
  six: 'indefinite',
  seven: 'indefinite',
  twelve: 'indefinite',
  some: 'indefinite',
  several: 'indefinite',
  these: 'definite',
  those: 'definite',
}
const PRONOUNS: Readonly<Record<string, { gender?: Gender; plural?: boolean; person?: 1 | 2; oblique?: boolean }>> = {
  he: { gender: 'm' },
  she: { gender: 'f' },
  they: { plural: true },
  it: {},
  i: { person: 1 },
  we: { person: 1, plural: true },
  him: { gender: 'm', oblique: true },
  them: { plural: true, oblique: true },
  me: { person: 1, oblique: true },
}
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
const PREPOSITIONS =
  words(`of to for with from by at in on into onto upon over under behind beside besides between among
about against near toward towards after before without through around across like than past inside outside`)
const RESTRICTING = words('in at with from behind on next')
const COMPARING = words('like than as')
const NOMINAL = words(
  'eldest oldest youngest elder younger first second third fourth fifth middle other smallest littlest',
)
const POSSESSIVE = /'s?$/u
const NAME_LINK = words('of the in von de van')

const bare = (text: string): string => text.replace(/'s?$/u, '')

/** Nouns, names and pronouns of an English sentence. */
export const englishMentions = ({ tokens }: Sentence, names: Vocabulary): Mention[] => {
  const found: Mention[] = []
  let owner: string | undefined
  for (let i = 0; i < tokens.length; ) {
    const token = tokens[i] as Token
    const before = tokens[i - 1]
    const prepositional = before !== undefined && PREPOSITIONS.has(before.lower) && !isConjunction(before, tokens, i)
    const compared = before !== undefined && COMPARING.has(before.lower) && !token.initial
    const pronoun = PRONOUNS[token.lower]
    if (pronoun) {
      found.push(
        mention(i, i + 1, 'pronoun', token.lower, {
          head: token.lower,
          gender: pronoun.gender,
          plural: pronoun.plural ?? false,
          person: pronoun.person ?? 3,
          oblique: pronoun.oblique === true || prepositional,
        }),
      )
      i += 1
      continue
    }
    const definiteness = owner === undefined ? DETERMINERS[token.lower] : 'possessive'
    const from = owner === undefined && definiteness ? i + 1 : i
    const phrase = definiteness ? nounPhrase(tokens, from, names) : undefined
    const name = phrase ? undefined : (nameAt(tokens, i, names) ?? calledAt(tokens, i))
    const one = phrase ?? name
    if (!one) {
      owner = undefined
      i += 1
      continue
    }
    const last = tokens[one.end - 1] as Token
    const owning = POSSESSIVE.test(last.text) && tokens[one.end]?.word === true
    found.push({
      ...one,
      start: i,
      definiteness: definiteness ?? 'bare',
      oblique: prepositional || owning,
      compared,
      owner,
    })
    owner = owning ? one.text : undefined
    i = one.end
  }
  return found
}

const isConjunction = (before: Token, tokens: Token[], i: number): boolean =>
  (before.lower === 'after' || before.lower === 'before' || before.lower === 'than') &&
  tokens.slice(i, i + 5).some((token) => token.pos === 'verb')

const mention = (start: number, end: number, kind: Mention['kind'], text: string, rest: Partial<Mention>): Mention => ({
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

const modifies = (token: Token): boolean =>
  token.pos === 'adjective' ||
  token.pos === 'noun' ||
  token.pos === 'proper' ||
  token.pos === 'adverb' ||
  token.pos === undefined ||
  (token.pos === 'verb' && /(?:ed|ing|en)$/u.test(token.lower)) ||
  NOMINAL.has(token.lower)

/** Words after a determiner up to the head: the first known being that no further noun follows, else the last noun. */
const nounPhrase = (tokens: Token[], from: number, names: Vocabulary): Mention | undefined => {
  let head = -1
  for (let i = from; i < Math.min(tokens.length, from + 7); i += 1) {
    const token = tokens[i] as Token
    if (!token.word) {
      if (token.text === ',' && head < 0 && tokens[i + 1]?.pos === 'adjective') continue
      break
    }
    const noun = englishNoun(bare(token.lower))
    const next = tokens[i + 1]
    if (noun) {
      head = i
      const more = next !== undefined && englishNoun(bare(next.lower)) !== undefined && !POSSESSIVE.test(token.text)
      const compound = next?.pos === 'noun' && !/s$/u.test(next.lower) && !POSSESSIVE.test(token.text)
      if (!more && !compound) break
      continue
    }
    if (!modifies(token)) break
    if (token.pos === 'adverb' && head >= 0) break
    if (token.pos === 'verb' && head >= 0) break
    if (token.pos !== 'adverb' && token.pos !== 'verb') head = i
    else if (token.pos === 'verb' && next && (next.pos === 'noun' || englishNoun(next.lower))) continue
    if (POSSESSIVE.test(token.text)) break
  }
  if (head < 0) return undefined
  const token = tokens[head] as Token
  const noun = englishNoun(bare(token.lower))
  let end = head + 1
  // "the miller Hans", "the Widow Brown": a name right behind the noun belongs to it.
  while (noun && !POSSESSIVE.test(token.text) && tokens[end]?.capital && isName(tokens[end] as Token, names)) end += 1
  const parts = tokens.slice(from, end)
  const name = tokens
    .slice(head + 1, end)
    .map((part) => bare(part.text))
    .join(' ')
  const text = parts
    .map((part) => bare(part.text))
    .join(' ')
    .replaceAll(' ,', ',')
  const nominal = NOMINAL.has(token.lower)
  if (!noun && token.capital && !nominal) {
    const name = nameAt(tokens, from, names)
    if (name) return name
  }
  return mention(from, end, 'noun', text, {
    head: noun?.lemma ?? bare(token.lower),
    noun,
    gender: noun?.gender,
    plural: noun?.plural ?? /[^s']s$/u.test(token.lower),
    restricted: RESTRICTING.has(tokens[end]?.lower ?? ''),
    name: name || undefined,
    nominal: nominal && !noun,
    modifiers: parts
      .slice(0, head - from + (nominal ? 1 : 0))
      .filter((part) => part.word)
      .map((part) => bare(part.lower)),
  })
}

const isName = (token: Token, names: Vocabulary): boolean =>
  token.capital && token.word && (names.isName(bare(token.lower)) || (token.pos === 'proper' && !token.initial))

/** "Good day, miller." A being that stands alone between marks is spoken to. */
const calledAt = (tokens: Token[], at: number): Mention | undefined => {
  const token = tokens[at] as Token
  const noun = englishNoun(token.lower)
  const before = tokens[at - 1]
  const qualified = before?.pos === 'adjective' && (tokens[at - 2] === undefined || tokens[at - 2]?.word === false)
  if (!noun || tokens[at + 1]?.word || (before?.word && !qualified)) return undefined
  return mention(at, at + 1, 'noun', token.text, { head: noun.lemma, noun, gender: noun.gender, plural: noun.plural })
}

/** A run of capitals that names somebody, with its title, or a bare "Mother", "Wolf". */
const nameAt = (tokens: Token[], from: number, names: Vocabulary): Mention | undefined => {
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
    return mention(from, end, 'noun', text, {
      head: last.lemma,
      noun: last,
      gender: last.gender,
      plural: last.plural,
      modifiers: capitals.slice(0, -1).map((part) => part.lower),
    })
  const gender = title ? TITLES[firstLower] : (noun?.gender ?? capitals.find((part) => part.gender)?.gender)
  return mention(from, end, 'name', text, { head: text.toLowerCase(), gender, noun })
}
