import type { Span } from '#shared/domain/recording.ts'

export interface Word extends Span {
  text: string
}

/** Where each of several sounds is, one behind the other with the pauses between. */
export const timelineOf = (sounds: readonly { durationMs: number; pauseMs: number }[]): Span[] => {
  let at = 0
  return sounds.map(({ durationMs, pauseMs }) => {
    const span = { startMs: at, endMs: at + durationMs }
    at += durationMs + pauseMs
    return span
  })
}

export interface Chapter extends Span {
  title: string
}

/** Chapters from where they begin to where the next one does; what comes before the first belongs to it. */
export const chaptersOf = (segments: readonly (Span & { chapter: string })[]): Chapter[] => {
  const starts = segments.filter(({ chapter }) => chapter !== '')
  const end = segments.at(-1)?.endMs ?? 0
  return starts.map(({ chapter, startMs }, place) => ({
    title: chapter,
    startMs: place === 0 ? 0 : startMs,
    endMs: starts[place + 1]?.startMs ?? end,
  }))
}

const word = /[\p{L}\p{N}]+(?:[’'-][\p{L}\p{N}]+)*/gu
const vowels = /[aeiouyäöüáéíóúàèìòùâêîôûœæаеёиоуыэюя]+/giu
const digit = /\p{N}/gu

/** About how long a word takes to say: its syllables, and a little for every letter. */
const weightOf = (text: string): number => {
  const syllables = Math.max(1, text.match(vowels)?.length ?? 1)
  return syllables + 0.15 * text.length + 1.2 * (text.match(digit)?.length ?? 0)
}

interface Clause {
  words: string[]
  weight: number
}

const clausesOf = (text: string): Clause[] =>
  text
    .split(/(?<=[,;:.!?…—–])\s+|\s+[—–-]\s+/u)
    .map((part) => part.match(word) ?? [])
    .filter((words) => words.length > 0)
    .map((words) => ({ words: [...words], weight: words.reduce((sum, each) => sum + weightOf(each), 0) }))

const mostPauseMs = 90

/** The stretches of sound between pauses long enough to be heard as such. */
const phrasesOf = (sounding: readonly Span[]): Span[] => {
  const phrases: Span[] = []
  for (const { startMs, endMs } of sounding) {
    const last = phrases.at(-1)
    if (last && startMs - last.endMs < mostPauseMs) last.endMs = endMs
    else phrases.push({ startMs, endMs })
  }
  return phrases
}

/** Spreads words over stretches of sound by their weights; no word lies in a pause. */
const spread = (words: readonly string[], phrases: readonly Span[]): Word[] => {
  const total = words.reduce((sum, each) => sum + weightOf(each), 0)
  const sounding = phrases.reduce((sum, { startMs, endMs }) => sum + endMs - startMs, 0)
  const placeOf = (share: number): number => {
    let left = share * sounding
    for (const { startMs, endMs } of phrases) {
      if (left <= endMs - startMs) return startMs + left
      left -= endMs - startMs
    }
    return phrases.at(-1)?.endMs ?? 0
  }
  let done = 0
  return words.map((text) => {
    const startMs = placeOf(done / total)
    done += weightOf(text)
    return { text, startMs: Math.round(startMs), endMs: Math.round(placeOf(done / total)) }
  })
}

/**
 * When the words of a text are said, of sound whose engine does not tell: the pauses that are heard are set against the
 * punctuation, and between them words take as long as their syllables.
 */
export const alignWords = (text: string, sounding: readonly Span[]): Word[] => {
  const clauses = clausesOf(text)
  const phrases = phrasesOf(sounding)
  if (phrases.length === 0) return []
  const longest = phrases
    .slice(1)
    .map((phrase, index) => ({ index, gap: phrase.startMs - (phrases[index]?.endMs ?? 0) }))
  if (clauses.length > 1 && longest.length >= clauses.length - 1) {
    const cuts = longest
      .toSorted((a, b) => b.gap - a.gap)
      .slice(0, clauses.length - 1)
      .map(({ index }) => index + 1)
      .toSorted((a, b) => a - b)
    return clauses.flatMap(({ words }, place) => spread(words, phrases.slice(cuts[place - 1] ?? 0, cuts[place])))
  }
  return spread(
    clauses.flatMap(({ words }) => words),
    phrases,
  )
}
