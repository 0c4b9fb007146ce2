import type { Gender } from './tokens.ts'

/** What kind of being a noun names. `generic` nouns (the man, the animal) usually stand for someone named before. */
export interface Noun {
  lemma: string
  gender: Gender | undefined
  plural: boolean
  kind: 'person' | 'kin' | 'animal'
  generic: boolean
  age?: 'young' | 'old' | undefined
}

/** A `generic` noun in short: gender, age, kind. */
export type GenericNoun = readonly [
  gender: Gender | undefined,
  age: 'young' | 'old' | undefined,
  kind: 'person' | 'animal',
]

/** A singular noun that usually stands for somebody named before. */
export const genericNoun = (lemma: string, [gender, age, kind]: GenericNoun): Noun => ({
  lemma,
  gender,
  age,
  plural: false,
  kind,
  generic: true,
})
