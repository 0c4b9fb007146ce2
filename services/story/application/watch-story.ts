import { createHash } from 'node:crypto'
import { storyNotFound } from '../domain/story-state.ts'
import { ownStory } from './own-story.ts'
import type { StoryReads, StoryState } from './views.ts'

interface Ports {
  reads: StoryReads
  /** Yields whenever the topic may have changed, `false` for a heartbeat; ends with the signal. */
  watch: (topic: string, signal: AbortSignal) => AsyncIterable<boolean>
}

/** A state that the watcher does not know yet, or only a sign of life. */
export type StoryNews = { resumeToken: string; state?: StoryState }

const tokenOf = (state: StoryState): string =>
  createHash('sha256').update(JSON.stringify(state)).digest('base64url').slice(0, 22)

/**
 * Follows one's own story: its state at first, unless the resume token says that it is known, and then every other
 * state. Throws STORY_NOT_FOUND, also when the story goes; NOT_THE_AUTHOR.
 */
export const watchStory = ({ reads, watch }: Ports) =>
  async function* (
    author: string,
    storyId: string,
    resumeToken: string,
    signal: AbortSignal,
  ): AsyncGenerator<StoryNews> {
    await ownStory(reads, author, storyId)
    let known = resumeToken
    // What wakes us may get lost; so a heartbeat looks, too.
    for await (const isWoken of watch(storyId, signal)) {
      const state = await reads.state(storyId)
      if (!state) throw storyNotFound()
      const token = tokenOf(state)
      if (token !== known) yield { resumeToken: token, state }
      else if (!isWoken) yield { resumeToken: token }
      known = token
    }
  }
