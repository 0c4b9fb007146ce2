import type { Analysis, FoundCharacter } from './analysis.ts'
import type { Character } from './cast.ts'
import type { Publishing } from './publishing.ts'
import type { Story } from './story.ts'

/** One text a story had. */
export interface StoryVersion {
  storyId: string
  version: number
  title: string
  content: string
  contentHash: string
  language: string
  createdAt: Date
  /** Undefined when it was never published. */
  publishedAt: Date | undefined
}

/** The stories and their texts. What lists and search show follows them by itself. */
export interface Stories {
  find(id: string): Promise<Story | undefined>
  /** Throws STORY_NOT_FOUND. */
  get(id: string): Promise<Story>
  /** Throws STORY_NOT_FOUND, NOT_THE_AUTHOR. */
  getOwn(author: string, id: string): Promise<Story>
  /** Some of an author's stories, at most `limit`. */
  ofAuthor(author: string, limit: number): Promise<Story[]>
  add(story: Story, content: string): void
  /** Keeps the present version; without `content` it has the text of the version before it. */
  addVersion(story: Story, content: string | undefined): void
  /** Notes that a version was shown to readers. */
  markPublished(story: Story, version: number, at: Date): void
  /** Throws VERSION_NOT_FOUND. */
  version(storyId: string, version: number): Promise<StoryVersion>
  /** Removes a story and everything that belongs to it. */
  remove(story: Story): void
}

export interface Publishings {
  find(id: string): Promise<Publishing | undefined>
  /** Fails with PUBLISHING_RUNNING while another one of the story runs. */
  add(publishing: Publishing): void
}

/** A link that opens a story until it expires. */
export interface Share {
  id: string
  storyId: string
  createdAt: Date
  expiresAt: Date
}

export interface Shares {
  /** Keeps the link and returns its secret: the same one for the same id. */
  add(share: Share): string
}

export type AnalysisStatus = 'running' | 'completed' | 'failed'

/** An analysis without what it found in detail. */
export interface AnalysisRecord {
  storyId: string
  contentHash: string
  storyVersion: number
  language: string
  status: AnalysisStatus
  /** 0–1. */
  progress: number
  stage: string
  engine: string
  themes: string[]
  summary: string
  failureReason: string
  startedAt: Date
  finishedAt: Date | undefined
}

/** What a complete analysis counts up to. */
export interface AnalysisFindings {
  characters: FoundCharacter[]
  segmentCount: number
  emotionCount: number
}

export interface Analyses {
  find(storyId: string, contentHash: string): Promise<AnalysisRecord | undefined>
  /** Of a complete one. */
  findings(storyId: string, contentHash: string): Promise<AnalysisFindings>
  /** Adds one that begins, in place of an earlier one of the same text. */
  start(record: AnalysisRecord): void
  /** Notes how far it is, at once and beside any unit of work. */
  progress(record: AnalysisRecord, fraction: number, stage: string): Promise<void>
  /** Keeps what was found, unless another one of the same text was started meanwhile. */
  complete(record: AnalysisRecord, found: Analysis, at: Date): void
  /** Keeps why nothing was found, unless another one of the same text was started meanwhile. */
  fail(record: AnalysisRecord, reason: string, at: Date): void
}

/** The characters of each analysed text of a story. */
export interface Casts {
  /** `contentHash` is empty for a story that was never analysed. */
  of(storyId: string, contentHash: string): Promise<Character[]>
  find(storyId: string, contentHash: string, id: string): Promise<Character | undefined>
  /** Replaces a cast. */
  put(storyId: string, contentHash: string, cast: readonly Character[]): void
  /** Adds or replaces one character. Fails with CHARACTER_EXISTS for a name that is taken. */
  save(storyId: string, contentHash: string, character: Character): void
}

/** Says what of a text must not be published. */
export interface Moderator {
  /** What stands against it, in words for the author; nothing when it may be published. */
  problems(text: { title: string; content: string; language: string }): Promise<string[]>
}

/** How many stories an author may begin. */
export interface Quota {
  /**
   * Sets one aside under a key, until StoryCreated carries the key, or the unit that is being run comes to nothing. Throws
   * an `exhausted` error that says when there will be more.
   */
  reserve(author: string, key: string): Promise<void>
}
