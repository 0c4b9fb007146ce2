import type { Clock } from '#shared/domain/clock.ts'
import type { Stories } from '../domain/ports.ts'
import type { HashedText, StoryChange } from '../domain/story-parts.ts'
import type { StoryReads, StoryView } from './views.ts'

interface Ports {
  stories: Stories
  reads: StoryReads
  hashed: (content: string) => HashedText
  clock: Clock
}

/** What of a story its author wants to be different. */
export type StoryEdit = Omit<StoryChange, 'text'> & { content?: string | undefined }

/** Changes a story. Throws VERSION_CONFLICT, STORY_ARCHIVED, or what is wrong with a field. */
export const updateStory =
  ({ stories, reads, hashed, clock }: Ports) =>
  async (author: string, id: string, expectedVersion: number, edit: StoryEdit): Promise<StoryView> => {
    const story = await stories.getOwn(author, id)
    const { content, ...change } = edit
    const before = content === undefined ? await stories.version(id, story.version) : undefined
    const text = content === undefined ? undefined : hashed(content)
    if (story.edit({ ...change, text }, expectedVersion, clock.now())) stories.addVersion(story, content)
    return reads.ofStory(story, content ?? before?.content)
  }
