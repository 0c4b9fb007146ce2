import type { Clock } from '#shared/domain/clock.ts'
import type { Stories } from '../domain/ports.ts'
import type { StoryReads, StoryView } from './views.ts'

interface Ports {
  stories: Stories
  reads: StoryReads
  clock: Clock
}

/** Takes a story out of sight for everybody but its author. */
export const archiveStory =
  ({ stories, reads, clock }: Ports) =>
  async (author: string, id: string): Promise<StoryView> => {
    const story = await stories.getOwn(author, id)
    story.archive(clock.now())
    return reads.ofStory(story)
  }
