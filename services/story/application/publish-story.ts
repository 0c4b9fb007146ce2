import type { Clock } from '#shared/domain/clock.ts'
import type { Ids } from '#shared/domain/ids.ts'
import type { Publishings, Stories } from '../domain/ports.ts'
import { Publishing, type Wishes } from '../domain/publishing.ts'

interface Ports {
  stories: Stories
  publishings: Publishings
  clock: Clock
  ids: Ids
}

/**
 * Starts publishing the present version; the process goes on from there. Throws STORY_NOT_ANALYZED,
 * STORY_ALREADY_PUBLISHED, STORY_ARCHIVED, PUBLISHING_RUNNING.
 */
export const publishStory =
  ({ stories, publishings, clock, ids }: Ports) =>
  async (author: string, storyId: string, wishes: Wishes): Promise<Publishing> => {
    const story = await stories.getOwn(author, storyId)
    const publishing = Publishing.start(ids.next(), story, wishes, clock.now())
    publishings.add(publishing)
    return publishing
  }
