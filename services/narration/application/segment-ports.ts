import type { Page, Paged } from '#shared/application/paged.ts'
import type { Span } from '#shared/domain/recording.ts'
import type { PlannedSegment } from '../domain/plan.ts'
import type { Speech } from '../domain/speech.ts'
import type { Word } from '../domain/timing.ts'
import type { EmotionWord } from '../domain/voice-parts.ts'

/** What an author wants of a segment instead of what the story says. */
export interface SegmentChange {
  text?: string
  voiceId?: string
  emotion?: EmotionWord
}

/** A segment as it is to be said. */
export interface CastSegment extends PlannedSegment {
  /** What the story says there. */
  told: string
  toldEmotion: string
  toldIntensity: number
  change: SegmentChange | undefined
  voiceId: string
  speech: Speech
  key: string
}

export interface SegmentView {
  index: number
  status: 'pending' | 'done' | 'failed' | 'unknown'
  text: string
  characterId: string
  voiceId: string
  emotion: string
  stale: boolean
  startMs: number
  endMs: number
  words: Word[]
  exactWords: boolean
  durationMs: number
  failureReason: string
  key: string
  /** Whether it can be heard by itself. */
  encoded: boolean
}

/** What is heard at one time of the whole. */
export interface HeardSegment {
  index: number
  text: string
  characterId: string
  emotion: string
  intensity: number
  startMs: number
  endMs: number
  words: Word[]
}

export type StoredSegment = Omit<CastSegment, 'chapter'> & { place: number; chapter: string }

export interface Segments {
  /** Writes a plan over what was there. */
  replace(narrationId: string, segments: readonly CastSegment[]): void
  update(narrationId: string, place: number, segment: CastSegment): void
  find(narrationId: string, place: number): Promise<StoredSegment | undefined>
  /** What authors changed, in order. */
  changes(narrationId: string): Promise<{ told: string; change: SegmentChange }[]>
  told(narrationId: string): Promise<string[]>
  markStale(narrationId: string, places: readonly number[]): void
  /** Some that are not said yet; none twice. */
  unsaid(narrationId: string, limit: number): Promise<{ key: string; speech: Speech }[]>
  /** Some that are said and cannot be heard by themselves yet; none twice. */
  mute(narrationId: string, limit: number): Promise<string[]>
  /** What is joined, in order. */
  sounds(narrationId: string): Promise<{ key: string; durationMs: number; pauseMs: number; chapter: string }[]>
  place(narrationId: string, spans: readonly Span[]): void
  page(narrationId: string, ownerId: string, page: Page): Promise<Paged<SegmentView>>
  /** What is heard, and when, in order. */
  heard(narrationId: string, ownerId: string, page: Page): Promise<Paged<HeardSegment>>
}
