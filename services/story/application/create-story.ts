import type { Clock } from '#shared/domain/clock.ts'
import type { Ids } from '#shared/domain/ids.ts'
import type { Quota, Stories } from '../domain/ports.ts'
import { Story, type StoryInit } from '../domain/story.ts'
import type { StoryReads, StoryView } from './views.ts'

interface Ports {
  stories: Stories
  reads: StoryReads
  quota: Quota
  clock: Clock
  ids: Ids
}

/** Begins a story as a draft. Throws INVALID_TITLE, INVALID_LANGUAGE, INVALID_TEXT, or what the quota says. */
export const createStory =
  ({ stories, reads, quota, clock, ids }: Ports) =>
  async (author: string, request: Omit<StoryInit, 'id' | 'authorId'>): Promise<StoryView> => {
    const story = Story.begin({ ...request, id: ids.next(), authorId: author }, clock.now())
    await quota.reserve(author)
    stories.add(story, request.content)
    return reads.ofStory(story, request.content)
  }
