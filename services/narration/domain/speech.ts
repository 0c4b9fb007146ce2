import type { Delivery } from './delivery.ts'
import { findWords, type Pronunciation } from './lexicon.ts'

export const engineNames = ['embedded', 'openai', 'elevenlabs'] as const
export type EngineName = (typeof engineNames)[number]

/** Where the sound of speech comes from: an engine, or somebody who recorded it. */
export type SoundSource = EngineName | 'recorded'

/** Something an engine is to say: all that its sound depends on, and nothing else. */
export interface Speech extends Delivery {
  engine: SoundSource
  /** What makes the sound at the engine, e.g. a model; its sound is another when that is another. Of a recording, who. */
  model: string
  /** What the engine calls the voice. */
  voice: string
  language: string
  /** As the engine reads it: text and, between, words by their phonemes. */
  parts: readonly SpeechPart[]
  /** For engines that are told in words how to speak; empty for the usual way. */
  manner: string
}

export interface SpeechPart {
  text: string
  /** Mnemonics of the embedded engine. */
  phonemes?: string
}

/** A voice as an engine has it, and how it speaks before any emotion. */
export interface CastVoice {
  engine: EngineName
  model: string
  voice: string
  /** Empty for the story's. */
  language: string
  delivery: Delivery
}

/** What an engine is to read of a text: the embedded one by phonemes, others by respellings. */
export const partsOf = (
  engine: EngineName,
  text: string,
  language: string,
  lexicon: readonly Pronunciation[],
): SpeechPart[] => {
  const parts: SpeechPart[] = []
  const plain = (more: string) => {
    const last = parts.at(-1)
    if (last && last.phonemes === undefined) last.text += more
    else parts.push({ text: more })
  }
  for (const { text: own, as } of findWords(text, language, lexicon)) {
    if (as?.phonemes && engine === 'embedded') parts.push({ text: own, phonemes: as.phonemes })
    else plain(as?.respelling || own)
  }
  return parts
}

/** The text of a speech as it is read, without phonemes. */
export const textOf = ({ parts }: Pick<Speech, 'parts'>): string => parts.map(({ text }) => text).join('')

/** How much of it a paid engine counts. */
export const charactersOf = (speech: Pick<Speech, 'parts'>): number => [...textOf(speech)].length

/** The same for all that sounds the same and for nothing else: text, voice and settings, in one order. */
export const identityOf = (speech: Speech): string => {
  const { engine, model, voice, language, parts, manner, rate, pitch, range, volume } = speech
  return JSON.stringify([
    'speech 1',
    engine,
    model,
    voice,
    language,
    parts.map(({ text, phonemes }) => [text, phonemes ?? null]),
    manner,
    ...[rate, pitch, range, volume].map((value) => Math.round(value * 100)),
  ])
}

/** Quotas count thousands of characters, begun ones, too. */
export const thousandsOf = (characters: number): number => Math.ceil(characters / 1000)
