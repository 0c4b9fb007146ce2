import { neutral } from './delivery.ts'
import type { Speech } from './speech.ts'

/** A line of a story that somebody recorded, and where. */
export interface RecordedLine {
  characterId: string
  /** Whose account recorded it; empty for a guest. */
  speakerId: string
  /** White space collapsed. */
  text: string
  /** The key of the blob: WAV, 16 bits, one channel, at the common rate. */
  blob: string
  startMs: number
  endMs: number
}

/** A recording as something to be said: the recording itself, whatever the emotion. */
export const recordedSpeech = ({ speakerId, text, blob, startMs, endMs }: RecordedLine, language: string): Speech => ({
  ...neutral,
  engine: 'recorded',
  model: speakerId,
  voice: `${blob}#${startMs}-${endMs}`,
  language,
  parts: [{ text }],
  manner: '',
})

/** Whose account made the sound of a speech; empty for an engine, or a guest. */
export const speakerOf = ({ engine, model }: Pick<Speech, 'engine' | 'model'>): string =>
  engine === 'recorded' ? model : ''

/** Where a recorded speech is: the other way round. */
export const placeOfRecording = ({ voice }: Pick<Speech, 'voice'>) => {
  const [, blob = '', startMs = '', endMs = ''] = /^(.+)#(\d+)-(\d+)$/.exec(voice) ?? []
  return { blob, startMs: Number(startMs), endMs: Number(endMs) }
}

/** Recordings by who speaks and what: the same line said twice takes the next of them, the last one again at the end. */
export const recordingsOf = (lines: readonly RecordedLine[]) => {
  const idOf = ({ characterId, text }: Pick<RecordedLine, 'characterId' | 'text'>) => `${characterId} ${text.trim()}`
  const known = Map.groupBy(lines, idOf)
  return {
    has: (characterId: string, text: string): boolean => known.has(idOf({ characterId, text })),
    /** The one for the given time that the line is said, from 0. */
    find: (characterId: string, text: string, time: number): RecordedLine | undefined => {
      const all = known.get(idOf({ characterId, text })) ?? []
      return all[Math.min(time, all.length - 1)]
    },
  }
}
