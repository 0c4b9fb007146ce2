import { StoryVisibility } from '#gen/troupe/story/v1/story_pb.ts'

export type StoryStatus = 'draft' | 'analyzing' | 'analyzed' | 'published' | 'archived'
export type Visibility = 'public' | 'unlisted' | 'private'

/** How events name who sees a story. */
export const eventVisibility: Record<Visibility, StoryVisibility> = {
  public: StoryVisibility.PUBLIC,
  unlisted: StoryVisibility.UNLISTED,
  private: StoryVisibility.PRIVATE,
}

/** A text with what it is known by: the SHA-256 of its UTF-8 bytes, hexadecimal. */
export interface HashedText {
  readonly content: string
  readonly hash: string
}

export interface StoryInit {
  id: string
  authorId: string
  title: string
  text: HashedText
  /** BCP 47 tag; `en` when empty. */
  language: string
  visibility: Visibility
  category: string
  genre: string
  /** The usage reservation that it takes up. */
  usageKey: string
}

/** What of a story is to be different; what is undefined stays. */
export type StoryChange = {
  [Key in keyof Omit<StoryInit, 'id' | 'authorId' | 'usageKey'>]?: StoryInit[Key] | undefined
}

/** A text as an analysis read it. */
export interface AnalysedText {
  contentHash: string
  language: string
}

/** What an analysis found, as far as the story tells others. */
export interface AnalysisOutcome extends AnalysedText {
  segments: number
  emotions: number
  characters: readonly { id: string; name: string; role: string }[]
}
