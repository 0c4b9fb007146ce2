import type { Soundtrack } from './film.ts'
import type { Beat } from './scene-beats.ts'

/** Somebody in a scene. */
export interface Seen {
  /** The place in the plan's figures. */
  figure: number
  /** Where they stand, from 0 (left) to 1. */
  x: number
  faces: -1 | 1
  isSpeaker: boolean
}

const most = 3
/** Who spoke no longer ago than this is still there. */
const memory = 6

const spots: Readonly<Record<number, readonly number[]>> = { 1: [0.5], 2: [0.34, 0.66], 3: [0.25, 0.5, 0.75] }

const wordsOf = (text: string): string[] => text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []

/** Parts of names that say nothing of who is meant. */
const unspecific = new Set(
  'the old young little big great poor good bad small mr mrs miss sir der die das dem den alte alter kleine kleiner junge große großer arme armer herr frau el la los las viejo vieja pequeño pequeña joven gran pobre señor señora'.split(
    ' ',
  ),
)

/** Who is named in a text, by any word of their name, in order. */
const namedIn = (text: string, characters: Soundtrack['characters']): number[] => {
  const words = wordsOf(text)
  const placeOf = (name: string): number => {
    const parts = wordsOf(name).filter((part) => part.length > 2 && !unspecific.has(part))
    return words.findIndex((word) => parts.includes(word))
  }
  return characters
    .map(({ name }, figure) => ({ figure, at: placeOf(name) }))
    .filter(({ at }) => at >= 0)
    .toSorted((a, b) => a.at - b.at)
    .map(({ figure }) => figure)
}

/** Words for who was there before. */
const pronouns = new Set(
  'he she they him her them his their er sie ihn ihm ihr ihnen ihre él ella ellos ellas'.split(' '),
)
const tellsOn = (text: string): boolean => wordsOf(text).some((word) => pronouns.has(word))

/** Stands them in the order of the cast, so that nobody changes sides; those who listen look at who speaks. */
const standing = (figures: readonly number[], speaker: number, side: number): Seen[] => {
  const inOrder = figures.toSorted((a, b) => a - b)
  const alone = inOrder.length === 1
  const speakerAt = inOrder.indexOf(speaker)
  return inOrder.map((figure, at) => {
    const x = alone ? 0.5 + side * 0.09 : (spots[inOrder.length]?.[at] ?? 0.5)
    const looksAt = speakerAt >= 0 && speakerAt !== at ? speakerAt : at === inOrder.length - 1 ? 0 : inOrder.length - 1
    const faces = alone ? (side > 0 ? -1 : 1) : looksAt > at ? 1 : -1
    return { figure, x, faces, isSpeaker: figure === speaker }
  })
}

/**
 * Who is seen in each of the beats: who speaks and whom they speak with, or whoever the narrator names; where he names
 * nobody, those who were there before, as long as the place stays the same or he goes on about them.
 */
export const castOf = (
  beats: readonly Beat[],
  places: readonly string[],
  characters: Soundtrack['characters'],
): Seen[][] => {
  const idOf = new Map(characters.map(({ id }, figure) => [id, figure]))
  let spoke: { figure: number; at: number }[] = []
  let before: readonly number[] = []
  return beats.map((beat, at) => {
    const speaker = idOf.get(beat.characterId) ?? -1
    const named = namedIn(beat.text, characters)
    const recent = spoke.filter((one) => at - one.at <= memory && one.figure !== speaker).map(({ figure }) => figure)
    const samePlace = at === 0 || places[at] === places[at - 1]
    let figures: number[]
    if (speaker >= 0) figures = [speaker, ...(named.some((one) => one !== speaker) ? named : recent.slice(0, 1))]
    else if (named.length > 0) figures = named
    else figures = samePlace || tellsOn(beat.text) ? before.slice(0, 2) : []
    figures = [...new Set(figures)].slice(0, most)
    if (speaker >= 0) spoke = [{ figure: speaker, at }, ...spoke.filter(({ figure }) => figure !== speaker)]
    if (figures.length > 0) before = figures
    return standing(figures, speaker, at % 2 === 0 ? -1 : 1)
  })
}
