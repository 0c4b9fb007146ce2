import type { Clock } from '#shared/domain/clock.ts'
import type { Stories } from '../domain/ports.ts'
import type { StoryChange } from '../domain/story.ts'
import type { StoryReads, StoryView } from './views.ts'

interface Ports {
  stories: Stories
  reads: StoryReads
  clock: Clock
}

/** Changes a story. Throws VERSION_CONFLICT, STORY_ARCHIVED, or what is wrong with a field. */
export const updateStory =
  ({ stories, reads, clock }: Ports) =>
  async (author: string, id: string, expectedVersion: number, change: StoryChange): Promise<StoryView> => {
    const story = await stories.getOwn(author, id)
    const { version } = story
    const content = change.content ?? (await stories.version(id, version)).content
    if (story.edit(change, expectedVersion, clock.now())) stories.addVersion(story, change.content)
    return reads.ofStory(story, content)
  }
