import type { Moderator, Publishings, Stories } from '../domain/ports.ts'
import { publishingNotFound } from '../domain/publishing.ts'

interface Ports {
  stories: Stories
  publishings: Publishings
  moderator: Moderator
}

/** What stands against publishing the version that was pinned. Throws PUBLISHING_NOT_FOUND. */
export const validatePublishing =
  ({ stories, publishings, moderator }: Ports) =>
  async (publishingId: string): Promise<string[]> => {
    const publishing = await publishings.find(publishingId)
    if (!publishing) throw publishingNotFound()
    return moderator.problems(await stories.version(publishing.storyId, publishing.storyVersion))
  }
