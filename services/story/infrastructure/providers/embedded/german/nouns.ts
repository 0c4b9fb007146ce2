import { genericNoun, type Noun } from '../noun.ts'
import { words } from '../tokens.ts'
import { FAUNA, FEMALE, GENERIC, KIN_FEMALE, KIN_MALE, MALE, NEUTER, PLURALS, SAME } from './noun-lists.ts'

const NOT_COMPOUND = words(`meister fahrer wal hai star elf geist gast chef koch base bock freund weber wirt bote page
leiter herr kind kalb reh gans sau wal troll fee page kranich esel fink rabe maus ente raupe`)

const direct = (written: string): Noun | undefined => {
  const lower = SAME[written] ?? written
  const generic = GENERIC[lower]
  if (generic) return genericNoun(lower, generic)
  const male = KIN_MALE[lower]
  if (male) return { lemma: male, gender: 'm', plural: false, kind: 'kin', generic: false }
  const female = KIN_FEMALE[lower]
  if (female) return { lemma: female, gender: 'f', plural: false, kind: 'kin', generic: false }
  const gender = MALE.has(lower) ? 'm' : FEMALE.has(lower) ? 'f' : undefined
  if (gender === undefined && !NEUTER.has(lower)) return undefined
  return { lemma: lower, gender, plural: false, kind: FAUNA.has(lower) ? 'animal' : 'person', generic: false }
}

/** "Müllerstochter", "Bauersfrau": the last part of a compound says what it is. */
const compound = (lower: string): Noun | undefined => {
  for (let cut = 3; cut <= lower.length - 3; cut += 1) {
    const tail = lower.slice(cut)
    if (NOT_COMPOUND.has(tail) && tail.length < 6) continue
    const noun = direct(tail)
    if (noun && !/^alte/u.test(tail)) return { ...noun, lemma: lower, generic: false }
  }
  if (/.{3}(?:erin|ärin|ästin|istin)$/u.test(lower))
    return { lemma: lower, gender: 'f', plural: false, kind: 'person', generic: false }
  return undefined
}

const UMLAUT: Readonly<Record<string, string>> = { ä: 'a', ö: 'o', ü: 'u' }

/** "Bärchen", "Mäuslein": a small one of its kind. */
const diminutive = (lower: string): Noun | undefined => {
  const stem = /^(?<stem>.{3,})(?:chen|lein)$/u.exec(lower)?.groups?.stem
  if (stem === undefined) return undefined
  const plain = stem.replace(/[äöü](?=[^äöü]*$)/u, (letter) => UMLAUT[letter] ?? letter)
  const noun = [stem, `${stem}e`, plain, `${plain}e`, `${plain}er`].map(direct).find(Boolean)
  return noun && { ...noun, generic: false }
}

const endings = (lower: string): string[] => {
  const stems = [lower]
  if (/(?:[^s]s|es)$/u.test(lower)) stems.push(lower.slice(0, -1), lower.replace(/es$/u, ''))
  if (lower.endsWith('n')) stems.push(lower.slice(0, -1), lower.replace(/en$/u, ''))
  if (lower.endsWith('e')) stems.push(lower.slice(0, -1))
  if (lower.endsWith('innen')) stems.push(lower.slice(0, -3))
  return stems
}

/** The being a German noun names, in any case and number. */
export const germanNoun = (lower: string): Noun | undefined => {
  const found = direct(lower) ?? diminutive(lower)
  if (found) return found
  const many = PLURALS[lower] ?? PLURALS[lower.replace(/n$/u, '')]
  if (many !== undefined) {
    const one = direct(many)
    if (one) return { ...one, plural: lower !== 'mädchen' }
  }
  for (const stem of endings(lower)) {
    const noun = direct(stem)
    // "Königs", "Löwen" may be one in another case, "Hexen", "Katzen" are several.
    if (noun)
      return { ...noun, plural: stem !== lower && !lower.endsWith('s') && (noun.gender === 'f' || /e$/u.test(lower)) }
  }
  const joined = compound(lower)
  if (joined) return joined
  for (const stem of endings(lower).slice(1)) {
    const noun = compound(stem)
    if (noun) return { ...noun, plural: !lower.endsWith('s') && noun.gender === 'f' }
  }
  return undefined
}
