import { publishingNotFound } from '../domain/publishing.ts'
import { ownStory } from './own-story.ts'
import type { PublishingView, StoryReads } from './views.ts'

/** The newest publication of one's own story. Throws STORY_NOT_FOUND, NOT_THE_AUTHOR, PUBLISHING_NOT_FOUND. */
export const getPublishing =
  ({ reads }: { reads: StoryReads }) =>
  async (author: string, storyId: string): Promise<PublishingView> => {
    await ownStory(reads, author, storyId)
    const publishing = await reads.publishing(storyId)
    if (!publishing) throw publishingNotFound()
    return publishing
  }
