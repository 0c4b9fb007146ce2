import { DomainError } from '#shared/domain/errors.ts'
import { usual } from '../domain/job-parts.ts'
import { createVideoJob } from './create-video-job.ts'
import type { Ports } from './ports.ts'

/** Narration hears of what was recorded by itself, and takes a moment to begin. */
const beginsWithinMs = 30_000

/** Those who speak in a story were all heard: its film waits until it is told with their voices. */
export const awaitVoices =
  ({ awaited, work, afterCommit, wakeWork }: Ports) =>
  (storyId: string, userId: string): void => {
    awaited.add(storyId, userId)
    work.beginLater(storyId, 'awaited', beginsWithinMs)
    afterCommit(wakeWork)
  }

/** A story was told anew: maybe that is what its film waits for. */
export const heardAnew =
  ({ awaited, work, afterCommit, wakeWork }: Ports) =>
  async (storyId: string): Promise<void> => {
    if (!(await awaited.find(storyId))) return
    work.begin(storyId, 'awaited')
    afterCommit(wakeWork)
  }

const isRefusal = (error: unknown): error is DomainError =>
  error instanceof DomainError && ['exhausted', 'precondition', 'not-found'].includes(error.kind)

/** Makes the film of a story that those who speak in it are heard in; one that may not be made is left. */
export const filmAwaited =
  (ports: Ports) =>
  async (storyId: string): Promise<void> => {
    const { awaited, work, apart, troubled } = ports
    try {
      await apart('awaited', async () => {
        const waiting = await awaited.find(storyId)
        awaited.remove(storyId)
        work.end(storyId)
        if (waiting) await createVideoJob(ports)(waiting.userId, storyId, usual)
      })
    } catch (error) {
      if (!isRefusal(error)) {
        troubled('awaited film', storyId, error)
        return void (await work.putOff(storyId, beginsWithinMs))
      }
      await apart('awaited', async () => {
        // It is being told: an event of narration's comes when it is.
        if (error.reason !== 'NARRATION_NOT_COMPLETED') awaited.remove(storyId)
        work.end(storyId)
      })
    }
  }
