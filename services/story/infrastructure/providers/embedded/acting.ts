import type { Language } from './language.ts'
import type { Mention } from './mention.ts'
import type { ReadSentence } from './reading.ts'
import type { Token } from './tokens.ts'

const BREAK = /^[,;:.!?…—–()]$/u
const REACH = 3

/** Does the mention do something, be it only to live or to be? */
const acts = (sentence: ReadSentence, mention: Mention, language: Language): boolean =>
  actionOf(sentence, mention, language) !== undefined

/** The verb of which the mention is the subject: behind it, or before it in a clause without other subject. */
export const actionOf = (sentence: ReadSentence, mention: Mention, language: Language): Token | undefined => {
  if (mention.oblique || mention.compared) return undefined
  const { tokens } = sentence
  for (let i = mention.end; i < Math.min(tokens.length, mention.end + REACH + 1); i += 1) {
    const token = tokens[i]
    if (!token) break
    if (token.pos === 'verb')
      return language.copulas.has(token.lower) && isPredicate(sentence, mention) ? undefined : token
    if (i > mention.end && language.relatives.has(token.lower)) break
    if (sentence.mentions.some(({ start, kind }) => start === i && kind !== 'pronoun')) break
    if (token.text === ',' || token.lower === language.and) {
      if (language.relatives.has(tokens[i + 1]?.lower ?? '')) return tokens.slice(i).find(({ pos }) => pos === 'verb')
      break
    }
    if (!token.word) break
  }
  const past = behindApposition(sentence, mention)
  if (past) return past
  const before = tokens.slice(Math.max(0, mention.start - 3), mention.start)
  const verb = before.findLastIndex((token) => token.pos === 'verb')
  if (verb < 0 || before.slice(verb).some((token) => BREAK.test(token.text))) return undefined
  const at = mention.start - before.length + verb
  const clause = tokens.findLastIndex((token, i) => i < at && BREAK.test(token.text))
  const taken = sentence.mentions.some(
    (other) =>
      other !== mention &&
      !other.oblique &&
      other.start > clause &&
      (other.kind !== 'noun' ? other.end <= mention.start : other.noun !== undefined && other.end <= at),
  )
  return taken ? undefined : before[verb]
}

/** "The wolf, tired from running, lay down": what is said between commas apart. */
const behindApposition = ({ tokens }: ReadSentence, { end }: Mention): Token | undefined => {
  if (tokens[end]?.text !== ',') return undefined
  const inserted = tokens.slice(end + 1, end + 10)
  const close = inserted.findIndex(({ text }) => BREAK.test(text))
  if (inserted[close]?.text !== ',' || inserted.slice(0, close).some(({ pos }) => pos === 'verb')) return undefined
  return tokens.slice(end + close + 2, end + close + 4).find(({ pos }) => pos === 'verb')
}

/** "It was Davy", "Es kam ein Wolf": the pronoun holds the place of another. */
const isExpletive = (sentence: ReadSentence, { kind, text, end }: Mention): boolean =>
  kind === 'pronoun' &&
  (text === 'it' ||
    (text === 'es' &&
      sentence.mentions.some(
        (other) => other.start > end && other.start <= end + 3 && !other.oblique && other.kind !== 'pronoun',
      )))

/** "llegó por fin el gato": behind the verb with nothing between but words that go with it. */
const follows = (sentence: ReadSentence, verb: number, start: number): boolean =>
  start > verb &&
  start <= verb + 4 &&
  sentence.tokens.slice(verb + 1, start).every((token) => token.word && token.lower !== 'que' && token.pos !== 'verb')

/** "weil sie ihre rechte Tochter war": the subject stands before what it is. */
const isPredicate = ({ tokens, mentions }: ReadSentence, mention: Mention): boolean => {
  const clause = tokens.findLastIndex((token, i) => i < mention.start && BREAK.test(token.text))
  return mentions.some(
    ({ start, end, oblique, kind }) => start > clause && end <= mention.start && !oblique && kind !== 'noun',
  )
}

/** Behind a relative pronoun; but "hasta que un niño lo señaló" goes on with the story. */
const isRelative = ({ tokens }: ReadSentence, start: number, language: Language): boolean =>
  language.relatives.has(tokens[start - 1]?.lower ?? '') && tokens[start - 2]?.lower !== 'hasta'

/** The subject of the sentence's first clause; in Spanish there may be none, which keeps the one before. */
export const leadingSubject = (sentence: ReadSentence, language: Language): Mention | undefined => {
  const candidates = sentence.mentions.filter(
    (mention) =>
      !mention.oblique &&
      !mention.compared &&
      !isExpletive(sentence, mention) &&
      (mention.kind !== 'noun' || mention.noun !== undefined || mention.nominal),
  )
  const opens = sentence.tokens.find((token) => token.word)
  const comma = sentence.tokens.findIndex((token) => token.text === ',')
  if (opens && comma > 0 && language.subordinators.has(opens.lower)) {
    const main = candidates.find(({ start, kind }) => start > comma && start < comma + 6 && kind !== 'pronoun')
    if (main && acts(sentence, main, language)) return main
  }
  const joined = joinedSubject(sentence, candidates, language)
  if (joined) return joined
  if (!language.dropsSubject) return candidates[0]
  let from = 0
  const verbs = sentence.tokens.flatMap((token, i) => (token.pos === 'verb' ? [i] : []))
  if (verbs.length === 0) return candidates[0]
  for (const verb of verbs) {
    const subject = candidates.find(
      ({ start, end }) =>
        start >= from && !isRelative(sentence, start, language) && (end <= verb || follows(sentence, verb, start)),
    )
    if (subject) return subject
    const thing = sentence.mentions.some(
      ({ start, end, oblique, head }) =>
        !oblique && start >= from && ((end <= verb && !language.times.has(head)) || start === verb + 1),
    )
    if (!thing && from === 0) break
    from = verb + 1
  }
  // Left out at first, named later: "Al cruzar el patio lo vio el cocinero."
  return candidates.findLast(
    (mention) =>
      mention.kind !== 'pronoun' && !isRelative(sentence, mention.start, language) && acts(sentence, mention, language),
  )
}

/** "…, and the cat ran", "…, da kam ein Reiter": the last main clause that brings its own subject. */
const joinedSubject = (
  sentence: ReadSentence,
  candidates: readonly Mention[],
  language: Language,
): Mention | undefined => {
  const joints = sentence.tokens.flatMap(({ text }, i) =>
    (text === ',' || text === ';') && language.joining.has(sentence.tokens[i + 1]?.lower ?? '') ? [i + 2] : [],
  )
  const found = joints.flatMap(
    (from) =>
      candidates.find(
        (mention) =>
          mention.start >= from &&
          mention.start <= from + 3 &&
          mention.kind !== 'pronoun' &&
          acts(sentence, mention, language),
      ) ?? [],
  )
  return found.at(-1)
}
