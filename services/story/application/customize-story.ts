import type { Clock } from '#shared/domain/clock.ts'
import type { CustomizationChange } from '../domain/customization.ts'
import type { Stories } from '../domain/ports.ts'
import type { StoryReads, StoryView } from './views.ts'

interface Ports {
  stories: Stories
  reads: StoryReads
  clock: Clock
}

/** Changes how a story presents itself. Throws STORY_ARCHIVED, INVALID_LANGUAGE. */
export const customizeStory =
  ({ stories, reads, clock }: Ports) =>
  async (author: string, id: string, change: CustomizationChange): Promise<StoryView> => {
    const story = await stories.getOwn(author, id)
    story.customize(change, clock.now())
    return reads.ofStory(story)
  }
