import type { Span } from '#shared/domain/recording.ts'
import { VendorError } from '#shared/domain/vendor-error.ts'
import type { SoundSource, Speech } from './speech.ts'
import type { Word } from './timing.ts'

/** What an engine made of a text. */
export interface Spoken {
  /** 16 bits a value, little-endian, one channel. */
  pcm: Uint8Array
  sampleRate: number
  /** Where the engine tells when its words are said. */
  words?: Word[]
}

/** An engine did not say what it was to say. */
export class SpeechError extends VendorError {}

/** A recording of a speaker, for an engine to clone the voice from. */
export interface CloneSample {
  name: string
  wav: Uint8Array
}

/** Who makes the sound of speech. Every failure is a SpeechError. */
export interface SpeechEngine {
  readonly name: SoundSource
  readonly model: string
  /** Whether it costs something to ask it. */
  readonly isPaid: boolean
  /** By its list, in millionths of a US dollar. */
  readonly microsPerCharacter: number
  /** The voices that come with it, the narrator's first. */
  readonly stock: readonly string[]
  /** Whether a voice is told in words how to speak. */
  readonly takesManner: boolean
  speak(speech: Speech, turn: string, signal: AbortSignal): Promise<Spoken>
  /** What became of a speech that was asked for since a time, for engines that can be asked. */
  find?(speech: Speech, since: Date, signal: AbortSignal): Promise<Spoken | 'ABSENT'>
  /** Makes a voice out of recordings, and answers what it is called. The same id again makes no second one. */
  clone?(id: string, samples: () => AsyncIterable<CloneSample>, signal: AbortSignal): Promise<string>
  /** Removes a voice that was cloned, where it is there. */
  removeClone?(clonedAs: string, signal: AbortSignal): Promise<void>
}

/** Speech made ready to be joined: at the loudness of all others, at one rate. */
export interface PreparedSpeech {
  pcm: Uint8Array
  durationMs: number
  /** Where something is heard. */
  sounding: Span[]
  /** Where the engine told when its words are said. */
  words: Word[] | undefined
}
