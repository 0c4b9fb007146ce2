import type { Pronoun } from '../pronoun.ts'

export const PRONOUNS: Readonly<Record<string, Pronoun>> = {
  él: { gender: 'm' },
  ella: { gender: 'f' },
  ellos: { gender: 'm', plural: true },
  ellas: { gender: 'f', plural: true },
  yo: { person: 1 },
  aquél: { gender: 'm' },
  aquélla: { gender: 'f' },
  éste: { gender: 'm' },
  ésta: { gender: 'f' },
  nosotros: { person: 1, plural: true },
  mí: { person: 1 },
}

/** Pronouns where they stand alone, determiners elsewhere. */
export const POINTING: Readonly<Record<string, Pronoun>> = {
  este: { gender: 'm' },
  esta: { gender: 'f' },
  aquel: { gender: 'm' },
  aquella: { gender: 'f' },
}
