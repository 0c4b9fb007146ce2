/** What is spoken at one time, by a character or by the narrator. */
export interface Told {
  startMs: number
  endMs: number
  text: string
  /** Empty for the narrator. */
  characterId: string
  /** As the analysis names it, such as `joy`; empty where there is none. */
  emotion: string
  /** From 1 (faint) to 10 (overwhelming), as the analysis says; 0 where there is no emotion. */
  intensity: number
  words: readonly { text: string; startMs: number; endMs: number }[]
}

/** A narration as its film needs it. Times count from the beginning of the sound. */
export interface Soundtrack {
  title: string
  author: string
  /** BCP 47. */
  language: string
  characters: readonly { id: string; name: string; role: string; traits: readonly string[] }[]
  segments: readonly Told[]
  chapters: readonly { title: string; startMs: number; endMs: number }[]
  durationMs: number
}

/** Drawn into the picture, as a track of text beside it, or none. */
export type Captions = 'burnt' | 'soft' | 'none'
