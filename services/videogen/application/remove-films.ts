import type { VideoJob } from '../domain/video-job.ts'
import type { Ports } from './ports.ts'

const atOnce = 50
const what = ['films, their clips and pictures']

const removeJob = async ({ jobs, clips, work, clock }: Ports, job: VideoJob): Promise<void> => {
  if (job.isRunning) job.cancel(await clips.spent(job.id), clock.now())
  work.end(job.id)
  jobs.remove(job)
}

/** Removes all films of a story, and their files once that is certain. */
export const removeFilms =
  (ports: Ports) =>
  async (storyId: string): Promise<void> => {
    const { jobs, awaited, work, studio, afterCommit, troubled } = ports
    awaited.remove(storyId)
    work.end(storyId)
    for (const job of await jobs.ofStory(storyId)) {
      await removeJob(ports, job)
      const { id: jobId, userId } = job
      afterCommit(() => {
        // What is left because of a crash here is swept.
        studio.remove({ jobId, userId }).catch((error: unknown) => troubled('old film', jobId, error))
      })
    }
  }

/** Erases all that is a person's, some at a time. Run again, it goes on where it stopped. */
export const erasePerson =
  (ports: Ports) =>
  async (userId: string, signal: AbortSignal): Promise<string[]> => {
    const { jobs, awaited, work, people, studio, apart } = ports
    await people.leave(userId)
    const eraseSome = async (): Promise<number> => {
      const some = await jobs.ofUser(userId, atOnce)
      for (const job of some) await removeJob(ports, job)
      return some.length
    }
    while ((await apart('erase', eraseSome)) === atOnce) signal.throwIfAborted()
    await apart('erase', async () => {
      for (const storyId of await awaited.ofUser(userId)) {
        awaited.remove(storyId)
        work.end(storyId)
      }
    })
    await studio.erase(userId)
    return what
  }
