import type { Language } from './language.ts'
import type { Mention } from './mention.ts'
import type { Noun } from './noun.ts'
import type { ReadSentence } from './reading.ts'
import type { Token } from './tokens.ts'

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

/** "Mia was a smith", "her father, who worked as a smith": without an article, which Spanish does not need for it. */
export const tradeOf = ({ tokens }: ReadSentence, subject: Mention, language: Language): Noun | undefined => {
  if (!language.dropsSubject || subject.plural || subject.kind === 'pronoun') return undefined
  const relative = tokens[subject.end]?.text === ',' && language.relatives.has(tokens[subject.end + 1]?.lower ?? '')
  if (subject.oblique && !relative) return undefined
  const at = subject.end + (relative ? 2 : 0)
  const noun = language.noun(tokens[language.copulas.has(tokens[at]?.lower ?? '') ? at + 1 : at + 2]?.lower ?? '')
  const serving = language.serving.has(tokens[at]?.lower ?? '') && /^(?:de|como)$/u.test(tokens[at + 1]?.lower ?? '')
  if (!serving && !language.copulas.has(tokens[at]?.lower ?? '')) return undefined
  return noun?.kind === 'person' && !noun.generic && !noun.plural ? noun : undefined
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
    sentence.tokens[mention.end]?.pos !== 'verb' &&
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

/** "a widow of good family, Doña Inés,": what belongs to the noun, up to the comma. */
export const isComplement = (between: readonly Token[]): boolean =>
  between.length > 1 &&
  between.length <= 6 &&
  between[0]?.pos === 'preposition' &&
  between.slice(0, -1).every(({ word, pos }) => word && pos !== 'verb')

/** "his daughter, the fairest of princesses,": somebody's own, and what she is besides. */
export const explainsKin = ({ tokens }: ReadSentence, own: Mention, mention: Mention): boolean =>
  own.definiteness === 'possessive' &&
  own.kind === 'noun' &&
  own.noun !== undefined &&
  (own.noun.kind === 'kin' || own.noun.generic) &&
  mention.kind === 'noun' &&
  mention.noun !== undefined &&
  mention.definiteness === 'definite' &&
  !own.plural &&
  !mention.plural &&
  mention.noun.lemma !== own.noun.lemma &&
  own.gender === mention.gender &&
  (tokens[mention.end] === undefined || /^[,.;]$/u.test(tokens[mention.end]?.text ?? ''))
