import type { Pronoun } from '../pronoun.ts'

export const PRONOUNS: Readonly<Record<string, Pronoun>> = {
  er: { gender: 'm' },
  sie: { gender: 'f' },
  es: {},
  ich: { person: 1 },
  wir: { person: 1, plural: true },
  ihm: { gender: 'm', oblique: true },
  ihn: { gender: 'm', oblique: true },
  ihnen: { plural: true, oblique: true },
  mir: { person: 1, oblique: true },
  mich: { person: 1, oblique: true },
}

/** "Die schalt es": at the head of a sentence the article alone points at whoever was named last. */
export const POINTING: Readonly<Record<string, Pronoun>> = {
  der: { gender: 'm' },
  die: { gender: 'f' },
}
