import type { RecordedLine } from '../domain/recorded.ts'

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
