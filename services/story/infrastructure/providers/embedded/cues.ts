import type { Language } from './language.ts'
import type { Mention } from './mention.ts'
import type { ReadSentence } from './reading.ts'
import type { Gender, Token } from './tokens.ts'

/** What the narration beside a quotation says about its speaker. No mention: somebody speaks, the subject is left out. */
export interface Cue {
  mention: Mention | undefined
  person: 1 | 3
  plural: boolean
  /** Spoken to, as in "she told the girl". */
  listeners: Mention[]
}

const CLAUSE = /^[,;:.!?…—–()]$/u
const OWNED_BY: readonly (readonly [RegExp, Gender | undefined])[] = [
  [/^(?:his|sein(?:e|en|em|er)?)$/u, 'm'],
  [/^(?:her|ihr(?:e|en|em|er)?)$/u, 'f'],
  [/^su$/u, undefined],
]
const BEFORE_VERB = 14

const isPerson = (mention: Mention): boolean =>
  !mention.oblique && !mention.compared && (mention.kind !== 'noun' || mention.noun !== undefined || mention.nominal)

const verbsOf = (sentence: ReadSentence, language: Language): number[] =>
  sentence.tokens.flatMap((token, i) => {
    if (!token.word || (token.capital && !token.initial)) return []
    const form = language.speech(token.lower)
    const inside = sentence.mentions.some(
      (mention) => mention.start <= i && i < mention.end && mention.noun !== undefined,
    )
    return form && !inside ? [i] : []
  })

const clauseStart = (sentence: ReadSentence, verb: number, language: Language): number => {
  for (let i = verb - 1; i >= 0; i -= 1) {
    const token = sentence.tokens[i] as Token
    if (CLAUSE.test(token.text)) return i + 1
    // "and said" goes on with the same subject; "the wolf and said" has it before.
    if (token.lower === language.and && i === verb - 1) return i + 1
  }
  return 0
}

const isNoVerb = (token: Token | undefined): boolean => token?.word === true && token.pos !== 'verb'

const subjectOf = (sentence: ReadSentence, verb: number, language: Language): Mention | undefined => {
  const start = clauseStart(sentence, verb, language)
  const number = language.dropsSubject ? language.speech(sentence.tokens[verb]?.lower ?? '')?.plural : undefined
  const usable = (mention: Mention): boolean =>
    !mention.oblique &&
    !mention.compared &&
    !isTime(mention, language) &&
    !(number === false && mention.plural && !joined(sentence, mention, language))
  const left = sentence.mentions.filter((mention) => mention.start >= start && mention.end <= verb && usable(mention))
  const near = left.at(-1)
  const isThing = ({ kind, noun, nominal }: Mention): boolean => kind === 'noun' && noun === undefined && !nominal
  const person = left.findLast((mention) => !isThing(mention) || mention.end === verb)
  if (person) return person
  if (near && language.voices.has(near.head)) return near
  let end = verb + 1
  while (end < sentence.tokens.length && !CLAUSE.test(sentence.tokens[end]?.text ?? '')) end += 1
  const right = sentence.mentions.find(
    (mention) => mention.start > verb && mention.start < end && mention.start - verb <= 9 && usable(mention),
  )
  const direct = sentence.tokens.slice(verb + 1, right?.start).every(isNoVerb)
  const reachesBack = sentence.tokens[start - 1]?.lower === language.and
  const distant =
    right !== undefined && right.kind === 'noun' && !right.noun && !right.nominal && right.start - verb > 1
  if (right && direct && !distant && !(reachesBack && language.code !== 'es')) return right
  return sentence.mentions.find((mention) => mention.end <= start && isPerson(mention) && usable(mention))
}

/** "Ana y los niños": the verb may agree with the first of them. */
const joined = ({ tokens }: ReadSentence, { start, end }: Mention, language: Language): boolean =>
  tokens[end]?.lower === language.and || tokens[start - 1]?.lower === language.and

const isTime = (mention: Mention, language: Language): boolean =>
  language.times.has(mention.head) ||
  (mention.kind === 'noun' &&
    mention.noun === undefined &&
    mention.modifiers.length === 0 &&
    mention.definiteness !== 'definite' &&
    !(mention.definiteness === 'indefinite' || language.voices.has(mention.head)))

const cueAt = (sentence: ReadSentence, verb: number, language: Language): Cue => {
  const form = language.speech(sentence.tokens[verb]?.lower ?? '')
  const mention = subjectOf(sentence, verb, language)
  return {
    mention,
    person: mention?.kind === 'pronoun' && mention.person === 1 ? 1 : mention ? 3 : (form?.person ?? 3),
    plural: form?.plural === true || mention?.plural === true,
    listeners: sentence.mentions.filter(
      (other) => other.start > verb && other.start < verb + 5 && other !== mention && other.kind !== 'pronoun',
    ),
  }
}

/** `"…," said the wolf`: the clause that follows a quotation. `open` when the quotation did not end its sentence. */
export const tagAfter = (sentence: ReadSentence, open: boolean, language: Language): Cue | undefined => {
  const firstWord = sentence.tokens.findIndex((token) => token.word)
  const first = sentence.tokens[firstWord]
  if (!first) return undefined
  const running = /^\p{Ll}/u.test(first.text) || sentence.tokens[0]?.text === ','
  if (!running && !open) return undefined
  const verb = verbsOf(sentence, language).find((i) => i < BEFORE_VERB)
  if (verb === undefined) return undefined
  const boundary = sentence.tokens.findIndex((token, i) => i > firstWord && CLAUSE.test(token.text))
  const limit = boundary < 0 ? sentence.tokens.length : boundary
  const appositive =
    sentence.tokens[limit]?.text === ',' &&
    verb < limit + 8 &&
    sentence.tokens.slice(limit + 1, verb).some((token) => token.text === ',')
  if (verb > limit && !appositive) return undefined
  if (!running && verb - firstWord > 6) return undefined
  return cueAt(sentence, verb, language)
}

/** `The wolf said: "…"`: the sentence that leads up to a quotation. */
export const tagBefore = (sentence: ReadSentence, language: Language): Cue | undefined => {
  const last = sentence.tokens.at(-1)
  if (!last || /^[.!?…;]$/u.test(last.text)) return undefined
  const verb = verbsOf(sentence, language).at(-1)
  if (verb !== undefined) return cueAt(sentence, verb, language)
  return last.text === ':' ? beat(sentence) : undefined
}

/** Does this sentence, standing between two quotations, name a second speaker after the first? */
export const turnsOver = (sentence: ReadSentence, language: Language): boolean => {
  const verbs = verbsOf(sentence, language)
  const second = verbs.at(-1)
  if (verbs.length < 2 || second === undefined) return false
  const start = clauseStart(sentence, second, language)
  return sentence.mentions.some(
    (mention) => mention.start >= start && mention.end <= second && isPerson(mention) && mention.kind !== 'pronoun',
  )
}

/** Who acts in a sentence: its first subject. "Her hands shook" is hers. */
export const beat = (sentence: ReadSentence): Cue | undefined => {
  for (const mention of sentence.mentions) {
    if (mention.oblique || mention.compared) continue
    if (mention.kind === 'noun' && mention.noun === undefined && mention.definiteness === 'possessive') {
      const owner = OWNED_BY.find(([pattern]) => pattern.test(sentence.tokens[mention.start]?.lower ?? ''))
      if (owner)
        return {
          mention: { ...mention, kind: 'pronoun', gender: owner[1], plural: false },
          person: 3,
          plural: false,
          listeners: [],
        }
    }
    if (!isPerson(mention)) continue
    const listeners = sentence.mentions.filter(
      (other) =>
        other !== mention &&
        other.start > mention.end &&
        other.kind !== 'pronoun' &&
        (other.kind === 'name' || other.noun !== undefined),
    )
    return { mention, person: mention.person === 1 ? 1 : 3, plural: mention.plural, listeners }
  }
  return undefined
}
