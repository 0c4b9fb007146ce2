import type { Pronoun } from '../pronoun.ts'

export const PRONOUNS: Readonly<Record<string, Pronoun>> = {
  he: { gender: 'm' },
  she: { gender: 'f' },
  they: { plural: true },
  it: {},
  i: { person: 1 },
  we: { person: 1, plural: true },
  him: { gender: 'm', oblique: true },
  them: { plural: true, oblique: true },
  me: { person: 1, oblique: true },
}
