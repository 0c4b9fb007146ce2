import type { StoryStatus, Visibility } from './story-parts.ts'

/** What decides who may see a story. */
export interface VisibilityFacts {
  readonly authorId: string
  readonly status: StoryStatus
  readonly visibility: Visibility
  readonly version: number
  /** 0 before the first publication. */
  readonly publishedVersion: number
}

export interface Viewer {
  /** Undefined for somebody not signed in. */
  readonly userId: string | undefined
  /** Whether they hold a share link of this story that has not expired. */
  readonly shared: boolean
}

/**
 * The version that somebody sees, undefined when they may not see the story at all. Its author sees the newest;
 * others the published one, unless it is private or archived; a share link opens also what is private or, where
 * nothing was published yet, the newest version.
 */
export const visibleVersion = (story: VisibilityFacts, viewer: Viewer): number | undefined => {
  if (viewer.userId === story.authorId) return story.version
  if (story.status === 'archived') return undefined
  const isPublished = story.publishedVersion > 0
  if (viewer.shared) return isPublished ? story.publishedVersion : story.version
  return isPublished && story.visibility !== 'private' ? story.publishedVersion : undefined
}

/** Whether readers find it in lists and search. */
export const isListed = (story: VisibilityFacts): boolean =>
  story.publishedVersion > 0 && story.status !== 'archived' && story.visibility === 'public'
