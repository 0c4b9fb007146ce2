import type { Clock } from '#shared/domain/clock.ts'
import type { Publishings, Stories } from '../domain/ports.ts'
import { publishingNotFound } from '../domain/publishing.ts'

interface Ports {
  stories: Stories
  publishings: Publishings
  clock: Clock
}

/**
 * Shows the pinned version to readers; once done, does nothing. Throws PUBLISHING_NOT_FOUND when the story is gone,
 * STORY_ARCHIVED, PUBLISHING_FAILED.
 */
export const completePublishing =
  ({ stories, publishings, clock }: Ports) =>
  async (publishingId: string): Promise<void> => {
    const publishing = await publishings.find(publishingId)
    if (!publishing) throw publishingNotFound()
    const { storyId, storyVersion } = publishing
    const now = clock.now()
    if (!publishing.complete(now)) return
    const story = await stories.get(storyId)
    const { version, title, language } = await stories.version(storyId, storyVersion)
    story.publish({ version, title, language }, now)
    stories.markPublished(story, version, now)
  }
