import type { ExpectedCharacter, ExpectedLine } from './answers.ts'

export interface FoundCharacter {
  readonly name: string
  readonly aliases: readonly string[]
  readonly role?: string | undefined
}

export interface FoundDialogue {
  readonly text: string
  readonly speaker?: string | undefined
}

export interface CharacterScore {
  readonly precision: number
  readonly recall: number
  readonly f1: number
}

type Named = Pick<ExpectedCharacter, 'name' | 'aliases'>

const articles = /^(?:the|an?|der|die|das|den|dem|eine?|el|la|los|las|una?) (?=.)/

const words = (text: string): string =>
  text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll('ß', 'ss')
    .replaceAll(/['’]/g, '')
    .replaceAll(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()

const nameKey = (name: string): string => words(name).replace(articles, '')

const keysOf = ({ name, aliases }: Named): Set<string> => new Set([name, ...aliases].map(nameKey).filter(Boolean))

const ratio = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole)

/**
 * Precision, recall and their harmonic mean, each 0–1, of the characters found. Names and aliases are compared
 * without case, accents, punctuation and leading articles; one found character answers for one expected character.
 * The narrator is left out.
 */
export const scoreCharacters = (found: readonly FoundCharacter[], expected: readonly Named[]): CharacterScore => {
  const candidates = found
    .filter(({ name, role }) => role?.toLowerCase() !== 'narrator' && nameKey(name) !== 'narrator')
    .map(keysOf)
  const matched = largestMatching(candidates, expected.map(keysOf))
  const precision = ratio(matched, candidates.length)
  const recall = ratio(matched, expected.length)
  return { precision, recall, f1: ratio(2 * precision * recall, precision + recall) }
}

/** How many pairs can be formed at most, each side used once (augmenting paths, so the order given is irrelevant). */
const largestMatching = (left: readonly Set<string>[], right: readonly Set<string>[]): number => {
  const partner = new Map<Set<string>, Set<string>>()
  const place = (candidate: Set<string>, tried: Set<Set<string>>): boolean =>
    right.some((target) => {
      if (tried.has(target) || !candidate.keys().some((key) => target.has(key))) return false
      tried.add(target)
      const holder = partner.get(target)
      if (holder && !place(holder, tried)) return false
      partner.set(target, candidate)
      return true
    })
  return left.filter((candidate) => place(candidate, new Set())).length
}

/**
 * The share, 0–1, of expected lines whose speaker was found. A dialogue answers for a line when, compared as bare
 * words, one contains the other; lines that no dialogue answers for count as wrong.
 */
export const scoreSpeakers = (
  found: readonly FoundDialogue[],
  expected: readonly ExpectedLine[],
  characters: readonly Named[],
): number => {
  const namesOf = new Map(characters.map((character) => [character.name, keysOf(character)]))
  const answers = alignDialogue(found, expected)
  const right = expected.filter((line, index) => {
    const speaker = answers[index]?.speaker
    return speaker !== undefined && namesOf.get(line.speaker)?.has(nameKey(speaker))
  })
  return ratio(right.length, expected.length)
}

/**
 * The dialogue that answers for each expected line, or undefined. Equal texts are paired first, in order, so that a
 * short line repeated elsewhere is not taken by a longer one; a dialogue that holds several lines serves them in turn.
 */
const alignDialogue = (found: readonly FoundDialogue[], expected: readonly ExpectedLine[]) => {
  const unspent = found.map(({ text }) => ` ${words(text)} `)
  const take = (index: number, left: string): FoundDialogue | undefined => {
    unspent[index] = left
    return found[index]
  }
  const lines = expected.map(({ quote }) => ` ${words(quote)} `)
  const answers = lines.map((line) => {
    const index = unspent.indexOf(line)
    return index < 0 ? undefined : take(index, '')
  })
  return lines.map((line, position) => {
    if (answers[position]) return answers[position]
    const index = unspent.findIndex((text) => text.trim() !== '' && (text.includes(line) || line.includes(text)))
    const text = unspent[index]
    if (text === undefined) return undefined
    return take(index, text.includes(line) ? text.slice(text.indexOf(line) + line.length - 1) : '')
  })
}
