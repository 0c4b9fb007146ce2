import type { Clock } from '#shared/domain/clock.ts'
import type { Ids } from '#shared/domain/ids.ts'
import type { Quota, Stories } from '../domain/ports.ts'
import { Story } from '../domain/story.ts'
import type { HashedText, StoryInit } from '../domain/story-parts.ts'
import type { StoryReads, StoryView } from './views.ts'

interface Ports {
  stories: Stories
  reads: StoryReads
  quota: Quota
  hashed: (content: string) => HashedText
  clock: Clock
  ids: Ids
}

/** A story as its author sends it. */
export type StoryDraft = Omit<StoryInit, 'id' | 'authorId' | 'usageKey' | 'text'> & { content: string }

/** Begins a story as a draft. Throws INVALID_TITLE, INVALID_LANGUAGE, INVALID_TEXT, or what the quota says. */
export const createStory =
  ({ stories, reads, quota, hashed, clock, ids }: Ports) =>
  async (author: string, { content, ...draft }: StoryDraft): Promise<StoryView> => {
    const own = { id: ids.next(), authorId: author, usageKey: ids.next() }
    const story = Story.begin({ ...draft, ...own, text: hashed(content) }, clock.now())
    const [view] = await Promise.all([reads.ofStory(story, content), quota.reserve(author, own.usageKey)])
    stories.add(story, content)
    return view
  }
