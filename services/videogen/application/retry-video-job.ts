import { precondition } from '#shared/domain/errors.ts'
import { chooseProviders } from '../domain/provider-choice.ts'
import type { VideoJob } from '../domain/video-job.ts'
import { reserveRun } from './create-video-job.ts'
import type { Ports } from './ports.ts'

/**
 * Goes on with a film that came to nothing. Throws VIDEO_JOB_NOT_FOUND, VIDEO_JOB_NOT_OVER, FILM_UNKNOWN,
 * NARRATION_CHANGED, and what the choice and the quota say.
 */
export const retryVideoJob =
  (ports: Ports) =>
  async (userId: string, jobId: string, payAgain: boolean): Promise<VideoJob> => {
    const { jobs, clips, narrations, providers, work, clock, afterCommit, wakeWork } = ports
    const job = await jobs.getOwn(userId, jobId)
    job.mustBeOver()
    if (await jobs.running(userId, job.cacheKey))
      throw precondition('VIDEO_JOB_NOT_OVER', 'the same film is being made by another job')
    const told = await narrations.told(job.storyId, userId)
    if (told.soundBlob !== job.soundBlob)
      throw precondition('NARRATION_CHANGED', 'the story is told otherwise by now; have another film made of it')
    const given = (await clips.of(jobId)).some(({ state }) => state === 'failed' || state === 'unknown')
    if (given && !payAgain)
      throw precondition('FILM_UNKNOWN', 'a part may have been paid for; say that it may be paid again')
    const [best] = chooseProviders(await providers.offers(), job.configuration, job.soundMs)
    if (!best) throw new Error('a choice is never empty')
    job.retry(await reserveRun(ports, userId, best), clock.now())
    clips.forgive(jobId)
    work.begin(jobId, 'film')
    afterCommit(wakeWork)
    return job
  }
