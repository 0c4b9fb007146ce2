import { createHash } from 'node:crypto'
import { storyNotFound } from '../domain/story-state.ts'
import { ownStory } from './own-story.ts'
import { percentOf } from './publishing-percent.ts'
import type { PublishingView, StoryReads, StoryState } from './views.ts'

interface Ports {
  reads: StoryReads
  /** How much of what is being made for a publication is done, 0–100. */
  doneOf: (publishing: PublishingView) => Promise<number>
  /**
   * Yields whenever the topic may have changed, `false` after a silence of as many milliseconds as is said; ends with the
   * signal.
   */
  watch: (topic: string, signal: AbortSignal, silenceMs: () => number) => AsyncIterable<boolean>
}

type FollowedState = StoryState & { publishing: (PublishingView & { percent: number }) | undefined }

/** A state that the watcher does not know yet, or only a sign of life. */
export type StoryNews = { resumeToken: string; state?: FollowedState }

const heartbeatMs = 10_000
const makingMs = 1000

const tokenOf = (state: FollowedState): string =>
  createHash('sha256').update(JSON.stringify(state)).digest('base64url').slice(0, 22)

const isMaking = (state: StoryState | undefined): boolean =>
  state?.publishing?.status === 'narrating' || state?.publishing?.status === 'filming'

/**
 * Follows one's own story: its state at first, unless the resume token says that it is known, and then every other
 * state; how far its narration and its film are, every second. Throws STORY_NOT_FOUND, also when the story goes;
 * NOT_THE_AUTHOR.
 */
export const watchStory = ({ reads, doneOf, watch }: Ports) =>
  async function* (
    author: string,
    storyId: string,
    resumeToken: string,
    signal: AbortSignal,
  ): AsyncGenerator<StoryNews> {
    await ownStory(reads, author, storyId)
    let [known, silentMs] = [resumeToken, 0]
    let state: StoryState | undefined
    const silence = () => (isMaking(state) ? makingMs : heartbeatMs)
    // What wakes us may get lost; so a heartbeat looks, too.
    for await (const isWoken of watch(storyId, signal, silence)) {
      silentMs += isWoken ? 0 : silence()
      state = await reads.state(storyId)
      if (!state) throw storyNotFound()
      const { publishing } = state
      const done = publishing && isMaking(state) ? await doneOf(publishing) : 0
      const followed = { ...state, publishing: publishing && { ...publishing, percent: percentOf(publishing, done) } }
      const token = tokenOf(followed)
      if (token !== known) yield { resumeToken: token, state: followed }
      else if (silentMs >= heartbeatMs) yield { resumeToken: token }
      else continue
      known = token
      silentMs = 0
    }
  }
