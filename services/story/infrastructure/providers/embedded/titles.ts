import type { Mention } from './mention.ts'

/** A name with a title for grown-ups. */
export const TITLE = /^(?:mrs?|ms|miss|dr|herr|frau|fräulein|don|doña|señora?)\.? /iu

/** "the barber Yusuf": by its name, what a noun means that goes with one name only and is never brought in without. */
export const titlesOf = (mentions: readonly Mention[], nameKey: (text: string) => string): Map<string, string> => {
  const titles = new Map<string, string>()
  const unclear = new Set<string>()
  for (const { noun, name, plural, definiteness } of mentions) {
    if (!noun || noun.generic || plural) continue
    const key = name === undefined ? undefined : nameKey(name)
    if (key === undefined ? definiteness === 'indefinite' : (titles.get(noun.lemma) ?? key) !== key)
      unclear.add(noun.lemma)
    if (key !== undefined) titles.set(noun.lemma, key)
  }
  for (const lemma of unclear) titles.delete(lemma)
  return titles
}
