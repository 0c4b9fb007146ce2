import { precondition } from '#shared/domain/errors.ts'
import { usual } from '../domain/job-parts.ts'
import type { VideoJob } from '../domain/video-job.ts'
import { filmOf } from './create-video-job.ts'
import type { Ports } from './ports.ts'

export interface Publishing {
  id: string
  userId: string
  storyId: string
  storyVersion: number
  contentHash: string
}

/**
 * A film for a publishing: one that there is of the same text and sound, however its author had it made, or a new one.
 * Asked again, it answers the same. Throws FILM_ABANDONED, NARRATION_OUTDATED, and what CreateVideoJob does.
 */
export const filmStory =
  (ports: Ports) =>
  async (publishing: Publishing): Promise<VideoJob> => {
    const { jobs, narrations, publishings } = ports
    const { id, userId, storyId, contentHash } = publishing
    const known = await publishings.find(id)
    if (known?.isAbandoned) throw precondition('FILM_ABANDONED', 'the film is not wanted any more')
    const before = known && (await jobs.find(known.jobId))
    if (before) return before
    const told = await narrations.told(storyId, userId)
    if (told.contentHash !== contentHash)
      throw precondition('NARRATION_OUTDATED', 'the story is narrated as it was before; narrate it anew')
    const made = await jobs.anyOf(userId, told)
    const { job, isCached } = made ? { job: made, isCached: true } : await filmOf(ports, told, usual, id)
    // Somebody else wanted it first: this one hears how it ends, and does not stop it.
    if (isCached) job.serve(id)
    if (!known) publishings.note(id, job.id, !isCached)
    return job
  }

/** The undo. Coming first, it leaves word. */
export const abandonFilm =
  ({ jobs, clips, publishings, work, clock }: Ports) =>
  async (id: string): Promise<void> => {
    const known = await publishings.find(id)
    if (known?.isAbandoned) return
    publishings.abandon(id, known !== undefined)
    const job = known?.isOwn ? await jobs.find(known.jobId) : undefined
    if (!job?.isRunning) return
    job.cancel(await clips.spent(job.id), clock.now())
    work.end(job.id)
  }
