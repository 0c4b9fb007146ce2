import { genericNoun, type Noun } from '../noun.ts'
import { GENERIC } from './generic-nouns.ts'
import { FAUNA, FEMALE, KIN, MALE } from './noun-lists.ts'
import { SYNONYMS } from './synonyms.ts'

const direct = (given: string): Noun | undefined => {
  const lower = SYNONYMS[given] ?? given
  const generic = GENERIC[lower]
  if (generic) return genericNoun(lower, generic)
  const kin = KIN[lower]
  if (kin) return { lemma: kin[0], gender: kin[1], plural: false, kind: 'kin', generic: false }
  const gender = MALE.has(lower) ? 'm' : FEMALE.has(lower) ? 'f' : undefined
  return gender && { lemma: lower, gender, plural: false, kind: FAUNA.has(lower) ? 'animal' : 'person', generic: false }
}

const DIMINUTIVE = /^(?<stem>.{2,}?)(?:e?c|z)?(?:it|ill|uel)(?<vowel>[oa])$/u

const RESPELT: Readonly<Record<string, string>> = { qu: 'c', gu: 'g', c: 'z' }

/** "ratoncito", "cerdito", "gallinita": a small one of its kind. */
const diminutive = (lower: string): Noun | undefined => {
  const { stem, vowel } = DIMINUTIVE.exec(lower)?.groups ?? {}
  if (stem === undefined || vowel === undefined) return undefined
  const stems = [
    stem,
    ...Object.entries(RESPELT).flatMap(([from, to]) => (stem.endsWith(from) ? [stem.slice(0, -from.length) + to] : [])),
  ]
  const accented = stems.flatMap((one) => [
    one,
    one.replace(/a(?=[^aeiou]*$)/u, 'á'),
    one.replace(/o(?=[^aeiou]*$)/u, 'ó'),
    one.replace(/e(?=[^aeiou]*$)/u, 'é'),
  ])
  const noun = accented
    .flatMap((one) => [one + vowel, one, `${one}e`, `${one}ón`])
    .map(direct)
    .find(Boolean)
  return noun
}

/** The being a Spanish noun names, singular or plural. */
export const spanishNoun = (lower: string): Noun | undefined => {
  const found = direct(lower) ?? diminutive(lower)
  if (found) return found
  if (!lower.endsWith('s')) return undefined
  const shorter = lower.slice(0, -1)
  const es = lower.endsWith('es') ? lower.slice(0, -2) : shorter
  const zed = lower.endsWith('ces') ? `${lower.slice(0, -3)}z` : shorter
  const accent = es.replace(/o(?=n$)/u, 'ó').replace(/e(?=s$)/u, 'é')
  const one = [shorter, es, accent, zed].map((form) => direct(form) ?? diminutive(form)).find(Boolean)
  return one && { ...one, plural: true }
}
