import type { Language } from './language.ts'
import type { Mention } from './mention.ts'

/** Axes on which one text tells beings of the same kind apart: "old"/"young" king, "first"/"second" pig. */
export type Contrasts = ReadonlyMap<string, ReadonlySet<string>>

export const contrastsOf = (mentions: readonly Mention[], language: Language): Contrasts => {
  const seen = new Map<string, Map<string, Map<string, number>>>()
  for (const { kind, noun, modifiers } of mentions) {
    if (kind !== 'noun' || !noun || noun.plural) continue
    for (const modifier of modifiers) {
      const trait = language.trait(modifier)
      if (!trait) continue
      const axes = seen.get(noun.lemma) ?? new Map<string, Map<string, number>>()
      const values = axes.get(trait.axis) ?? new Map<string, number>()
      values.set(trait.value, (values.get(trait.value) ?? 0) + 1)
      seen.set(noun.lemma, axes.set(trait.axis, values))
    }
  }
  const contrasts = new Map<string, Set<string>>()
  for (const [lemma, axes] of seen) {
    for (const [axis, values] of axes) {
      const repeated = [...values.values()].filter((n) => n >= 2).length
      if (axis === 'rank' || repeated >= 2) contrasts.set(lemma, (contrasts.get(lemma) ?? new Set()).add(axis))
    }
  }
  return contrasts
}

/** The traits of a mention that tell it from others of its kind; "other" points, so it tells nothing lasting. */
export const traitsOf = (mention: Mention, language: Language, contrasts: Contrasts): Map<string, string> => {
  const lemma = mention.noun?.lemma ?? ''
  const axes = contrasts.get(lemma)
  // A second wife is the wife by then; a second son is one of several.
  const ranked = mention.noun?.kind !== 'kin' || !language.elders.has(lemma)
  const traits = new Map<string, string>()
  for (const modifier of mention.modifiers) {
    const trait = language.trait(modifier)
    if (trait && trait.value !== 'other' && (trait.axis === 'rank' ? ranked : axes?.has(trait.axis)))
      traits.set(trait.axis, trait.value)
  }
  return traits
}
