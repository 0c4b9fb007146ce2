import { type Mention, mentionOf } from './mention.ts'
import type { Gender } from './tokens.ts'

/** What a pronoun says of whom it stands for. */
export interface Pronoun {
  gender?: Gender
  plural?: boolean
  person?: 1 | 2
  /** In a case that no subject has. */
  oblique?: boolean
}

/** The mention that a pronoun at this place is. */
export const pronounAt = (at: number, text: string, pronoun: Pronoun, prepositional: boolean): Mention =>
  mentionOf(at, at + 1, 'pronoun', text, {
    gender: pronoun.gender,
    plural: pronoun.plural ?? false,
    person: pronoun.person ?? 3,
    oblique: pronoun.oblique === true || prepositional,
  })
