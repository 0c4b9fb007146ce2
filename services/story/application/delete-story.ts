import type { Stories } from '../domain/ports.ts'

/** Deletes a story with everything that belongs to it. */
export const deleteStory =
  ({ stories }: { stories: Stories }) =>
  async (author: string, id: string): Promise<void> => {
    const story = await stories.getOwn(author, id)
    story.delete()
    stories.remove(story)
  }
