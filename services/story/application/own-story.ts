import { denied } from '#shared/domain/errors.ts'
import type { Sight, StoryReads } from './views.ts'

/** A story of one's own, to be read. Throws STORY_NOT_FOUND, NOT_THE_AUTHOR. */
export const ownStory = async (reads: StoryReads, author: string, storyId: string): Promise<Sight> => {
  const sight = await reads.sight({ storyId, viewer: author, shareToken: '' })
  if (!sight.isAuthor) throw denied('NOT_THE_AUTHOR', 'only its author may see this')
  return sight
}
