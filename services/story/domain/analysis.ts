export type SegmentKind = 'paragraph' | 'dialogue'

/** A stretch of the story: `text` is `content.slice(start, end)`, offsets in UTF-16 units. */
export interface Segment {
  index: number
  kind: SegmentKind
  text: string
  start: number
  end: number
  /** Name of the character who says it; only dialogue has one. */
  speaker?: string
}

export type CharacterRole = 'protagonist' | 'supporting' | 'narrator'

export interface FoundCharacter {
  name: string
  aliases: string[]
  role: CharacterRole
  description: string
  traits: string[]
  /** How often the story names the character, pronouns not counted. */
  mentions: number
}

export interface FoundEmotion {
  emotion: string
  /** 1 (a trace) to 10 (overwhelming). */
  intensity: number
  /** The sentence that shows it, as it stands in the segment. */
  quote: string
  segmentIndex: number
}

export interface Analysis {
  /** Together they are the whole content, in order, without gap or overlap. */
  segments: Segment[]
  characters: FoundCharacter[]
  emotions: FoundEmotion[]
  themes: string[]
  summary: string
}

export interface StoryText {
  title: string
  content: string
  /** BCP 47 tag, such as `en` or `de-AT`. */
  language: string
}

/** Told how far the work is: `fraction` from 0 to 1, never falling, and what is being done. */
export type ReportProgress = (fraction: number, stage: string) => void

/** Reads a story and tells who is in it, who says what, and how it feels. */
export interface Analyzer {
  readonly name: string
  /** Rejects with the signal's reason when aborted, with an AnalyzerError when the work cannot be done. */
  analyze(text: StoryText, report: ReportProgress, signal: AbortSignal): Promise<Analysis>
  /** Lets go of what it keeps for the next text. */
  close?(): Promise<void>
}

/** The analysis could not be made; `retryable` says whether the same call may succeed later. */
export class AnalyzerError extends Error {
  readonly reason: string
  readonly retryable: boolean
  /** Milliseconds to wait before trying again, when the other side named them. */
  readonly retryAfterMs: number | undefined

  constructor(
    reason: string,
    message: string,
    options: { retryable: boolean; retryAfterMs?: number; cause?: unknown },
  ) {
    super(message, { cause: options.cause })
    this.name = 'AnalyzerError'
    this.reason = reason
    this.retryable = options.retryable
    this.retryAfterMs = options.retryAfterMs
  }
}
