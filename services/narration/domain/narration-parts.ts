export type NarrationStatus = 'pending' | 'processing' | 'completed' | 'failed'

/** Who speaks with which of the author's voices; the others get embedded ones. */
export interface VoiceMap {
  /** Empty for the embedded narrator. */
  narratorVoiceId: string
  characterVoiceIds: Record<string, string>
}

export const nobody: VoiceMap = { narratorVoiceId: '', characterVoiceIds: {} }

/** A sound in both formats. */
export interface Sound {
  mp3: string
  opus: string
  durationMs: number
}

/** The whole as it was last told, and what it tells. */
export interface Told extends Sound {
  contentHash: string
  storyVersion: number
}

/** The version of a story that somebody sees. */
export interface SeenVersion {
  version: number
  contentHash: string
}

/** What a run is to say and to pay for. */
export interface Run {
  id: string
  segments: number
  paidCharacters: number
  costMicros: number
  /** Empty where nothing is to be paid. */
  usageKey: string
  /** Which publication waits for it; empty for none. */
  publishingId: string
}
