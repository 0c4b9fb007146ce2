import type { Language } from './language.ts'
import type { Mention } from './mention.ts'
import type { ReadSentence } from './reading.ts'

/** "the old woman was a witch" */
export const isPredicate = (
  sentence: ReadSentence,
  subject: Mention,
  mention: Mention,
  language: Language,
): boolean => {
  if (subject.oblique || mention.definiteness === 'bare' || mention.kind !== 'noun' || mention.oblique) return false
  if (subject.kind === 'pronoun' && subject.person === 3 && subject.text === 'es') return false
  const between = sentence.tokens.slice(subject.end, mention.start)
  const copula = between.findIndex(({ lower }) => language.copulas.has(lower))
  // "the man in the doorway was a doctor"
  const restricted = copula > 0 && copula <= 3 && between[0]?.pos === 'preposition' && subject.kind === 'noun'
  return (copula === 0 || restricted) && between.length <= copula + 2 && between.every((token) => token.word)
}

/** "the princess turned into a swan": from now on the swan is she. */
export const isShape = (sentence: ReadSentence, subject: Mention, mention: Mention, language: Language): boolean => {
  if (subject.oblique || !mention.oblique || mention.kind !== 'noun' || mention.definiteness === 'definite')
    return false
  const between = sentence.tokens.slice(subject.end, mention.start)
  return (
    between.length <= 5 &&
    between.every((token) => token.word) &&
    between.some(({ lower }) => language.turning.has(lower))
  )
}

/** "the postman, a thin man": a word for all men says again who was just named by a trade. */
export const explains = (sentence: ReadSentence, said: Mention, mention: Mention): boolean => {
  const between = sentence.tokens.slice(said.end, mention.start)
  const known = said.kind === 'name' || (said.kind === 'noun' && said.noun?.generic === false && !said.plural)
  return (
    known &&
    said.definiteness !== 'indefinite' &&
    between.length === 1 &&
    between[0]?.text === ',' &&
    mention.noun?.generic === true &&
    mention.definiteness === 'indefinite' &&
    said.noun?.kind !== 'animal' &&
    (said.gender === undefined || said.gender === mention.gender)
  )
}

/** "Mia, the miller's daughter,": a name and what its bearer is, between commas. */
export const apposed = (sentence: ReadSentence, a: Mention, b: Mention): boolean => {
  const named = ({ kind, name }: Mention): boolean => kind === 'name' || name !== undefined
  const [one, other] = named(a) ? [a, b] : [b, a]
  if (!named(one) || named(other) || other.kind !== 'noun' || other.plural) return false
  if (other.noun === undefined && !other.nominal) return false
  if (other.definiteness === 'bare') return false
  const after = sentence.tokens[b.end]
  return after === undefined || after.text === ',' || after.text === '.'
}
