import type { Noun } from './noun.ts'
import type { Gender } from './tokens.ts'

export type Definiteness = 'definite' | 'indefinite' | 'possessive' | 'bare'

/** A place in a sentence where somebody may be meant. Positions are token indexes, `end` exclusive. */
export interface Mention {
  start: number
  end: number
  kind: 'name' | 'noun' | 'pronoun'
  /** Without its article: "old woman", "King Midas", "she". */
  text: string
  /** Lemma of the head noun, or the name. */
  head: string
  noun: Noun | undefined
  modifiers: string[]
  /** An adjective in a noun's place: "the eldest", "the other". */
  nominal: boolean
  gender: Gender | undefined
  plural: boolean
  person: 1 | 2 | 3
  definiteness: Definiteness
  /** Told apart by what follows: "the woman in the doorway". */
  restricted?: boolean | undefined
  /** Not the subject: after a preposition, in an oblique case, or an owner. */
  oblique: boolean
  /** "no doctor": nobody. */
  negated?: boolean | undefined
  /** Compared with ("like a wolf"), not meant. */
  compared: boolean
  /** A name that follows the noun: "the miller Hans". */
  name?: string | undefined
  /** Text of the owner in "the king's daughter". */
  owner?: string | undefined
}

/** A mention with what is usual where nothing else is given. */
export const mentionOf = (
  start: number,
  end: number,
  kind: Mention['kind'],
  text: string,
  rest: Partial<Mention> = {},
): Mention => ({
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
