import type { Measures } from '#shared/domain/recording.ts'
import type { PreparedSpeech, Spoken } from '../domain/engine.ts'
import type { Sound } from '../domain/narration-parts.ts'
import type { Chapter } from '../domain/timing.ts'

/** Everything that is done to sound. */
export interface Studio {
  /** Brings what was said to the common loudness and rate, louder or softer by `volume` dB. */
  prepare(spoken: Spoken, volume: number, signal: AbortSignal): Promise<PreparedSpeech>
  /** Stores a prepared speech; it can be joined then, and not be heard by itself yet. */
  store(ownerId: string, key: string, prepared: PreparedSpeech, signal: AbortSignal): Promise<void>
  /** Makes stored speeches ones that can be heard, in two formats. */
  encode(ownerId: string, keys: readonly string[], turn: string, signal: AbortSignal): Promise<void>
  /** Joins stored speeches to one file in two formats, and encodes some of them on the way. */
  join(order: JoinOrder, onProgress: (share: number) => void, signal: AbortSignal): Promise<Sound>
  /** Takes a recording in: decoded, cut, measured, stored. Throws the errors that the contract names. */
  takeIn(
    key: SampleKey,
    data: AsyncIterable<Uint8Array>,
    signal: AbortSignal,
  ): Promise<{ durationMs: number; size: number; measured: Measures }>
  sample(key: SampleKey): Promise<Uint8Array>
  removeSpeeches(speeches: readonly { ownerId: string; key: string }[]): Promise<void>
  removeSamples(keys: readonly SampleKey[]): Promise<void>
  removeSound(sound: Sound | undefined): Promise<void>
  /** Removes all sound of a person. */
  erase(userId: string): Promise<void>
  speechKeys(ownerId: string, key: string): { mp3: string; opus: string }
  sampleBlob(key: SampleKey): string
}

export interface SampleKey {
  userId: string
  voiceId: string
  sampleId: string
}

export interface JoinOrder {
  narrationId: string
  ownerId: string
  title: string
  language: string
  parts: readonly { key: string; durationMs: number; pauseMs: number }[]
  chapters: readonly Chapter[]
  /** The keys of those that are to be heard by themselves, too. */
  alone: readonly string[]
}
