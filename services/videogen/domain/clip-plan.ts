import type { Soundtrack, Told } from './film.ts'

/** A part of the picture: which time of the film it shows, and what is asked for. */
export interface PlannedClip {
  place: number
  startMs: number
  endMs: number
  prompt: string
}

/** Vendors take a thousand characters. */
const longestPrompt = 900
const longestText = 400

const wellFormed = (text: string, most: number): string => {
  const cut = text.slice(0, most)
  // Not between the two halves of one character.
  return /[\uD800-\uDBFF]$/.test(cut) ? cut.slice(0, -1) : cut
}

const strongest = (told: readonly Told[]): string =>
  told.reduce((best, each) => (each.intensity > best.intensity ? each : best), { emotion: '', intensity: 0 }).emotion

/** What is seen while something is told. */
const promptOf = (told: readonly Told[], { characters }: Soundtrack, style: string): string => {
  const seen = characters.filter(({ id }) => told.some(({ characterId }) => characterId === id))
  const who = seen.map(({ name, traits }) => (traits.length > 0 ? `${name} (${traits.slice(0, 3).join(', ')})` : name))
  const emotion = strongest(told)
  const text = told.map((each) => each.text).join(' ')
  const parts = [
    style || 'Illustrated storybook, warm light, gentle camera movement',
    who.length > 0 ? `Characters: ${who.slice(0, 4).join('; ')}` : '',
    emotion && emotion !== 'neutral' ? `Mood: ${emotion}` : '',
    `Scene: ${wellFormed(text, longestText)}`,
    'No text in the picture',
  ]
  return wellFormed(parts.filter((part) => part !== '').join('. '), longestPrompt)
}

/**
 * Cuts a film into as many stretches as there are clips, or fewer where less is said: about equally long, each beginning
 * where something begins to be said, one behind the other from the beginning to the end.
 */
export const planClips = (soundtrack: Soundtrack, count: number, style: string): PlannedClip[] => {
  const { segments, durationMs } = soundtrack
  const starts = [0]
  for (let place = 1; place < count; place += 1) {
    const wanted = (durationMs * place) / count
    const after = starts.at(-1) ?? 0
    const free = segments.map(({ startMs }) => startMs).filter((at) => at > after && at < durationMs)
    const nearest = free.reduce<number | undefined>(
      (best, at) => (best === undefined || Math.abs(at - wanted) < Math.abs(best - wanted) ? at : best),
      undefined,
    )
    if (nearest !== undefined) starts.push(nearest)
  }
  return starts.map((startMs, place) => {
    const endMs = starts[place + 1] ?? durationMs
    const told = segments.filter((segment) => segment.startMs < endMs && segment.endMs > startMs)
    return { place, startMs, endMs, prompt: promptOf(told, soundtrack, style) }
  })
}
