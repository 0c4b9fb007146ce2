import { captionsOf, type Phrase } from './captions.ts'
import { type Look, looksOf } from './figure-look.ts'
import type { Soundtrack } from './film.ts'
import { allBeats, type Beat, shortestMs } from './scene-beats.ts'
import { type Camera, cameraOf } from './scene-camera.ts'
import { castOf, type Seen } from './scene-cast.ts'
import { isKnownEmotion, type Mood } from './scene-palette.ts'
import { openCountry, type Setting, settingOf } from './scene-setting.ts'
import { saysTheSame } from './spoken.ts'

export interface Scene {
  kind: 'title' | 'told' | 'end'
  startMs: number
  endMs: number
  setting: Setting
  mood: Mood
  seen: readonly Seen[]
  camera: Camera
  /** How it begins: out of the scene before it, or out of the dark. */
  fade: 'cross' | 'dark'
  /** The title of the chapter that begins with it; empty where none does. */
  chapter: string
  /** The segments that are told in it, by their places. */
  segments: readonly number[]
}

/** A film, scene by scene: all that its pictures are drawn from. */
export interface ScenePlan {
  title: string
  author: string
  language: string
  durationMs: number
  scenes: readonly Scene[]
  figures: readonly Look[]
  captions: readonly Phrase[]
  /** When a figure says a word. */
  speech: readonly { figure: number; startMs: number; endMs: number }[]
}

const titleMs = 2600
/** Where it is said, it needs no longer than this. */
const saidTitleMs = 1500
/** An end card is worth it from so much silence at the end. */
const endMs = 2200
const endDelayMs = 400

const neutral: Mood = { emotion: '', strength: 0 }
const moodOf = ({ emotion, intensity }: Beat): Mood =>
  isKnownEmotion(emotion) ? { emotion, strength: Math.max(0, Math.min(1, intensity / 10)) } : neutral

/** How long the title is seen: while it is said, and for a moment at least; a scene that it leaves too little of goes with it. */
const titleEnds = (beats: readonly Beat[], title: string, overMs: number): { endMs: number; beats: number } => {
  const isSaid = beats.length > 0 && saysTheSame(beats[0]?.text ?? '', title)
  const first = isSaid ? 1 : 0
  const wanted = Math.max(beats[first]?.startMs ?? 0, Math.min(isSaid ? saidTitleMs : titleMs, overMs / 2))
  const gone = beats.findIndex(({ startMs }, at) => {
    const untilMs = beats[at + 1]?.startMs ?? overMs
    return at >= first && untilMs - Math.max(wanted, startMs) >= shortestMs
  })
  const next = beats[gone]
  return next
    ? { endMs: Math.round(Math.max(wanted, next.startMs)), beats: gone }
    : { endMs: overMs, beats: beats.length }
}

const chapterOf = ({ chapters, title }: Soundtrack, fromMs: number, toMs: number): string => {
  if (chapters.length < 2) return ''
  const begun = chapters.find(({ startMs }) => startMs >= fromMs && startMs < toMs)
  return begun && !saysTheSame(begun.title, title) ? begun.title : ''
}

/**
 * The scenes of a film: the title, then one for every segment that is told (a long one has several, those too short to be
 * seen share one), and a last one where the sound goes on long enough behind the last word. They cover all of the time, in
 * order; the same narration and seed make the same plan.
 */
export const planScenes = (soundtrack: Soundtrack, seed = ''): ScenePlan => {
  const { title, author, language, characters, segments, durationMs } = soundtrack
  const beats = allBeats(soundtrack)
  let setting = openCountry
  const settings = beats.map(({ text }) => {
    setting = settingOf(text, language, setting)
    return setting
  })
  const cast = castOf(
    beats,
    settings.map(({ place }) => place),
    characters,
  )
  const lastMs = beats.at(-1)?.endMs ?? durationMs
  const isSilent = durationMs - lastMs >= endMs + endDelayMs
  const shown = titleEnds(beats, title, isSilent ? lastMs + endDelayMs : durationMs)
  const hasEnd = isSilent && beats.length > shown.beats
  const overMs = hasEnd ? lastMs + endDelayMs : durationMs
  const still = { mood: neutral, seen: [], chapter: '', segments: [] }
  const scene = (beat: Beat, at: number): Scene => {
    const startMs = at === shown.beats ? shown.endMs : beat.startMs
    const next = beats[at + 1]?.startMs ?? overMs
    const chapter = chapterOf(soundtrack, at === shown.beats ? 0 : beat.startMs, next)
    const seen = cast[at] ?? []
    return {
      ...{ kind: 'told', startMs, endMs: next, setting: settings[at] ?? openCountry, mood: moodOf(beat), seen },
      ...{ camera: cameraOf(at, seen, seed), fade: at === shown.beats || chapter !== '' ? 'dark' : 'cross' },
      ...{ chapter, segments: beat.segments },
    }
  }
  const opening: Scene = {
    ...still,
    ...{
      kind: 'title',
      startMs: 0,
      endMs: shown.beats < beats.length ? shown.endMs : durationMs,
      fade: 'dark',
      camera: cameraOf(0, [], seed),
    },
    setting: settings[shown.beats] ?? settings[0] ?? openCountry,
    segments: beats.slice(0, shown.beats).flatMap((beat) => beat.segments),
  }
  const ending: Scene = {
    ...still,
    ...{ kind: 'end', startMs: overMs, endMs: durationMs, fade: 'dark', camera: cameraOf(1, [], seed) },
    setting: settings.at(-1) ?? openCountry,
  }
  const idOf = new Map(characters.map(({ id }, figure) => [id, figure]))
  return {
    ...{ title, author, language, durationMs },
    scenes: [opening, ...beats.map(scene).slice(shown.beats), ...(hasEnd ? [ending] : [])],
    figures: looksOf(characters),
    captions: captionsOf(soundtrack),
    speech: segments.flatMap(({ characterId, words }) => {
      const figure = idOf.get(characterId)
      return figure === undefined ? [] : words.map(({ startMs, endMs: until }) => ({ figure, startMs, endMs: until }))
    }),
  }
}
