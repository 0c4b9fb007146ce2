import type { Page, Paged } from '#shared/application/paged.ts'
import type { People } from '#shared/application/people.ts'
import type { Clock } from '#shared/domain/clock.ts'
import type { Ids } from '#shared/domain/ids.ts'
import type { StockVoices } from '../domain/casting.ts'
import type { SpeechEngine } from '../domain/engine.ts'
import type { Pronunciation } from '../domain/lexicon.ts'
import type { StoryNarration } from '../domain/narration.ts'
import type { SeenVersion } from '../domain/narration-parts.ts'
import type { RecordedLine } from '../domain/recorded.ts'
import type { Script } from '../domain/script.ts'
import type { EngineName, SoundSource } from '../domain/speech.ts'
import type { Word } from '../domain/timing.ts'
import type { NarratorVoice } from '../domain/voice.ts'
import type { Segments } from './segment-ports.ts'
import type { Studio } from './studio.ts'

export interface Voices {
  /** Throws VOICE_NOT_FOUND, also for another's. */
  getOwn(userId: string, id: string): Promise<NarratorVoice>
  find(id: string): Promise<NarratorVoice | undefined>
  list(userId: string, page: Page): Promise<Paged<NarratorVoice>>
  count(userId: string): Promise<number>
  ofUser(userId: string, limit: number): Promise<NarratorVoice[]>
  add(voice: NarratorVoice): void
  remove(voice: NarratorVoice): void
}

export interface Narrations {
  /** Throws NARRATION_NOT_FOUND, also for another's. */
  getOwn(userId: string, id: string): Promise<StoryNarration>
  find(id: string): Promise<StoryNarration | undefined>
  ofStory(storyId: string): Promise<StoryNarration | undefined>
  ofUser(userId: string, limit: number): Promise<StoryNarration[]>
  list(userId: string, storyId: string, page: Page): Promise<Paged<StoryNarration>>
  /** Whether a run is still to be made. */
  isPresent(id: string, runId: string): Promise<boolean>
  add(narration: StoryNarration): void
  remove(narration: StoryNarration): void
}

export interface Progress {
  done: number
  joined: number
}

export interface SpeechRow {
  key: string
  state: 'asked' | 'ready' | 'unknown' | 'failed'
  askedAt: Date
  durationMs: number
  failureReason: string
  /** Whether it can be heard by itself. */
  encoded: boolean
}

/** What was said, and what is being said. */
export interface Speeches {
  find(ownerId: string, key: string): Promise<SpeechRow | undefined>
  /** Those of several that are there to be heard. */
  ready(ownerId: string, keys: readonly string[]): Promise<Set<string>>
  /** Notes that they are of use. */
  touch(ownerId: string, keys: readonly string[]): Promise<void>
  /**
   * Takes it upon oneself to have something said, and writes that down before anybody is asked; answers what was known of
   * it before, `'theirs'` while somebody else has, `'gone'` when its owner has left.
   */
  ask(
    ownerId: string,
    key: string,
    speech: { engine: SoundSource; characters: number; isPaid: boolean; speakerId: string },
    runId: string,
  ): Promise<'new' | 'crashed' | 'theirs' | 'gone'>
  keep(
    ownerId: string,
    key: string,
    said: { durationMs: number; words: readonly Word[]; exactWords: boolean },
  ): Promise<void>
  /** Notes that some can be heard by themselves. */
  noteEncoded(ownerId: string, keys: readonly string[]): Promise<void>
  giveUp(ownerId: string, key: string, state: 'unknown' | 'failed', reason: string): Promise<void>
  /** Lets one be asked for again of which nobody knows what became. */
  forgive(ownerId: string, key: string): Promise<void>
  /** What a run has paid for, or may have, in characters. */
  spent(runId: string): Promise<number>
  forget(ownerId: string): void
  /** Forgets what somebody recorded, whoever it was said for; answers whose and under which keys. */
  forgetSpeaker(speakerId: string): Promise<{ ownerId: string; key: string }[]>
}

/** Who recorded the lines of a character. */
export interface Recording {
  sessionId: string
  storyId: string
  ownerId: string
  characterId: string
  /** Empty for somebody without an account. */
  speakerId: string
}

/** Lines that people recorded instead of an engine. */
export interface Recordings {
  of(storyId: string): Promise<RecordedLine[]>
  /** Takes these lines for a character instead of those that were there. */
  replace(recording: Recording, lines: readonly RecordedLine[]): void
  /** Some stories in which somebody is heard, by id, behind one. */
  storiesOf(speakerId: string, after: string, limit: number): Promise<{ storyId: string; ownerId: string }[]>
  forgetSpeaker(storyId: string, speakerId: string): void
  forgetSession(sessionId: string): void
  forgetStory(storyId: string): void
  forgetOwner(ownerId: string): void
}

/** Publications that asked for a narration. */
export interface Publishings {
  /** The run that was begun for it; `''` for none, undefined where it never asked. */
  find(publishingId: string): Promise<{ narrationId: string; runId: string; isOver: boolean } | undefined>
  note(publishingId: string, run: { narrationId: string; runId: string; isOver: boolean }): void
}

export interface Lexicons {
  of(ownerId: string): Promise<Pronunciation[]>
  count(ownerId: string): Promise<number>
  set(ownerId: string, entry: Pronunciation): void
  unset(ownerId: string, word: string, language: string): void
  list(ownerId: string, page: Page): Promise<Paged<Pronunciation>>
  forget(ownerId: string): void
}

export interface AuthorSettings {
  narrateWhenAnalyzed: boolean
  narratorVoiceId: string
}

export interface Settings {
  of(ownerId: string): Promise<AuthorSettings>
  set(ownerId: string, settings: AuthorSettings): void
  forget(ownerId: string): void
}

/** Work that is taken by lease. */
export interface Work {
  begin(id: string, kind: 'narration' | 'voice'): void
  end(id: string): void
  /** Lets somebody take it up again after a time; answers how often it was put off by now. */
  putOff(id: string, delayMs: number): Promise<number>
  /** Says when it is taken up again. */
  retryIn(id: string, delayMs: number): Promise<void>
  /** Lets somebody else go on at once. */
  handOver(id: string): Promise<void>
  noteJoined(id: string, share: number): Promise<void>
  progress(narrationId: string, ownerId: string): Promise<Progress>
}

export interface Scripts {
  /** A story's text in a version, or as it is now. Throws STORY_NOT_FOUND. */
  of(storyId: string, version?: number): Promise<Script>
  /** What somebody sees of a story; undefined for nothing. */
  seenBy(storyId: string, viewerId: string | undefined, shareToken: string): Promise<SeenVersion | undefined>
}

export interface Quota {
  /** Sets a voice aside until VoiceCloned takes it. Throws LIMIT_REACHED. */
  reserveVoice(userId: string, key: string): Promise<void>
  releaseVoice(key: string): Promise<void>
  /** Sets thousands of characters aside. Throws LIMIT_REACHED. */
  reserveSpeech(userId: string, key: string, thousands: number): Promise<void>
}

export interface Engines {
  /** Throws PROVIDER_NOT_CONFIGURED. */
  get(name: SoundSource): SpeechEngine
  readonly models: Readonly<Record<EngineName, string>>
  /** Of the engine that speaks where no voice was chosen. */
  readonly stock: StockVoices
}

/** What the use cases of narration need. */
export interface Ports {
  voices: Voices
  narrations: Narrations
  segments: Segments
  speeches: Speeches
  lexicons: Lexicons
  settings: Settings
  recordings: Recordings
  publishings: Publishings
  people: People
  work: Work
  scripts: Scripts
  quota: Quota
  studio: Studio
  engines: Engines
  hash: (text: string) => string
  clock: Clock
  ids: Ids
  /** Runs a unit of work of its own and commits it. */
  apart: <T>(purpose: string, run: () => Promise<T>) => Promise<T>
  /** Runs a read outside of a unit. */
  read: <T>(run: () => Promise<T>) => Promise<T>
  /** Runs once the unit is committed. */
  afterCommit: (run: () => void) => void
  watch: (topic: string, signal: AbortSignal) => AsyncIterable<boolean>
  notify: (topic: string) => void
  /** Wakes whoever works. */
  wakeWork: () => void
  /** Something went wrong that need not stop the rest. */
  troubled: (what: string, id: string, error: unknown) => void
}
