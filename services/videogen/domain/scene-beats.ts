import type { Soundtrack, Told } from './film.ts'
import { endsSentence, saysTheSame, spokenOf } from './spoken.ts'

/** What is told while one scene is seen. */
export interface Beat extends Omit<Told, 'words'> {
  /** Of the segments that are told in it, by their places. */
  segments: readonly number[]
}

/** Nobody takes in a scene that is shorter. */
export const shortestMs = 1200
/** Behind so much of a scene, the next sentence has one of its own. */
const enoughMs = 5500

/** A segment cut where sentences end; never into pieces too short to be seen. */
const beatsOf = (told: Told, place: number, language: string): Beat[] => {
  const { characterId, emotion, intensity } = told
  const beats: Beat[] = []
  let [startMs, text] = [told.startMs, '']
  const add = (endMs: number) => {
    beats.push({ startMs, endMs, text, characterId, emotion, intensity, segments: [place] })
    text = ''
    startMs = endMs
  }
  const spoken = spokenOf(told, language)
  for (const [at, word] of spoken.entries()) {
    text += word.isApart && text !== '' ? ` ${word.text}` : word.text
    const next = spoken[at + 1]
    if (!next || !endsSentence(word.text)) continue
    if (next.startMs - startMs >= enoughMs && told.endMs - next.startMs >= enoughMs / 2) add(next.startMs)
  }
  add(told.endMs)
  return beats
}

const joined = (one: Beat, next: Beat): Beat => {
  // Who speaks longer is who is seen to speak.
  const longer = next.endMs - next.startMs > one.endMs - one.startMs ? next : one
  const { characterId, emotion, intensity } = longer
  const segments = [...new Set([...one.segments, ...next.segments])]
  return {
    ...{ characterId, emotion, intensity, segments },
    startMs: one.startMs,
    endMs: next.endMs,
    text: `${one.text} ${next.text}`,
  }
}

/** The beats of a narration, in order; what is too short by itself goes with what is before it, or else behind. */
export const allBeats = ({ title, segments, language, durationMs }: Soundtrack): Beat[] => {
  const within = (ms: number): number => Math.round(Math.max(0, Math.min(durationMs, ms)))
  const beats = segments
    .map((told) => ({ ...told, startMs: within(told.startMs), endMs: within(told.endMs) }))
    .flatMap((told, place) => beatsOf(told, place, language))
    .map((beat) => ({ ...beat, startMs: within(beat.startMs), endMs: within(beat.endMs) }))
    .toSorted((a, b) => a.startMs - b.startMs)
  const kept: Beat[] = []
  for (const [at, beat] of beats.entries()) {
    const last = kept.at(-1)
    const next = beats[at + 1]
    const untilMs = next?.startMs ?? durationMs
    const isTitle = kept.length === 1 && last && saysTheSame(last.text, title)
    const isShort = untilMs - beat.startMs < shortestMs && (!next || untilMs - (last?.startMs ?? 0) < enoughMs)
    if (last && !isTitle && (beat.startMs - last.startMs < shortestMs || isShort))
      kept[kept.length - 1] = joined(last, beat)
    else kept.push(beat)
  }
  return kept
}
