import { setTimeout as sleep } from 'node:timers/promises'
import { type Client, Code, ConnectError } from '@connectrpc/connect'
import type { StoryService, WatchStoryResponse } from '#gen/troupe/story/v1/story_service_pb.ts'
import { SetupError } from '../setup-error.ts'

/** Milliseconds; a heartbeat comes every 10 s. */
const silentFor = 30_000
const settledWithin = 15 * 60_000
const pause = 500
const tries = 10

/** What ends a stream without saying anything about the story. */
const isPassing = (error: unknown): boolean =>
  error instanceof ConnectError && [Code.Unavailable, Code.DeadlineExceeded, Code.Aborted].includes(error.code)

/** Aborts its signal when nobody has said for 30 s that all is well. */
const createWatchdog = () => {
  const controller = new AbortController()
  const timer = setTimeout(() => controller.abort(), silentFor)
  return { signal: controller.signal, isWell: () => timer.refresh(), end: () => clearTimeout(timer) }
}

/**
 * Follows a story over WatchStory until `settled` gives something. A stream that breaks or falls silent is resumed
 * where it stopped.
 *
 * @throws what WatchStory or `settled` throws; a SetupError when nothing is settled within 15 minutes
 */
export const followStory = async <T>(
  stories: Client<typeof StoryService>,
  storyId: string,
  settled: (answer: WatchStoryResponse) => T | undefined,
): Promise<T> => {
  const deadline = performance.now() + settledWithin
  let resumeToken = ''
  for (let failed = 0; performance.now() < deadline; ) {
    const watchdog = createWatchdog()
    try {
      // Streams have no deadline of their own.
      const options = { timeoutMs: 0, signal: watchdog.signal }
      for await (const answer of stories.watchStory({ storyId, resumeToken }, options)) {
        watchdog.isWell()
        failed = 0
        resumeToken = answer.resumeToken || resumeToken
        const outcome = answer.heartbeat ? undefined : settled(answer)
        if (outcome !== undefined) return outcome
        if (performance.now() > deadline) break
      }
    } catch (error) {
      const mayResume = isPassing(error) || watchdog.signal.aborted
      if (!mayResume || ++failed >= tries) throw error
    } finally {
      watchdog.end()
    }
    await sleep(pause)
  }
  throw new SetupError(`nothing was settled within ${settledWithin / 60_000} minutes; the mesh's logs may tell why`)
}
