import type { Noun } from './noun.ts'
import type { Gender } from './tokens.ts'

/** Somebody, or something that may turn out to be somebody, with all that the text calls them. */
export interface Entity {
  id: number
  /** Lemma of the noun, or the name. */
  head: string
  /** Lemmas of all nouns used for them. */
  heads: Set<string>
  named: boolean
  noun: Noun | undefined
  gender: Gender | undefined
  neuter: boolean
  plural: boolean
  traits: Map<string, string>
  /** What the text calls them, with counts; names apart from nouns. */
  names: Map<string, number>
  forms: Map<string, number>
  possessed: Set<string>
  /** How often called without an article, like a name: "Grandfather". */
  bare: number
  /** Offsets of the mentions. */
  at: number[]
  subjects: number
  /** How often did more than live, have and be. */
  deeds: number
  /** How often the subject of a whole sentence. */
  leads: number
  lines: number
  addressed: number
  introduced: boolean
  modifiers: Map<string, number>
}

/** A being with a name, a noun or a line; not a thing that an adjective stands for. */
export const isSomebody = (entity: Entity): boolean =>
  entity.named || entity.noun !== undefined || entity.lines > 0 || entity.traits.size > 0
