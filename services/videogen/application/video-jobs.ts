import { createHash } from 'node:crypto'
import type { Page, Paged } from '#shared/application/paged.ts'
import { notFound } from '#shared/domain/errors.ts'
import type { Offer } from '../domain/provider-choice.ts'
import { type VideoJob, videoJobNotFound } from '../domain/video-job.ts'
import type { Clip } from './clip-ports.ts'
import type { Ports, Progress } from './ports.ts'

export interface JobView {
  job: VideoJob
  progress: Progress
}

/** A job just as it is begun, or ended. */
export const justNow = (job: VideoJob): JobView => ({ job, progress: { share: 0, stage: 'waiting' } })

const viewOf = async ({ work }: Pick<Ports, 'work'>, job: VideoJob): Promise<JobView> =>
  job.isRunning ? { job, progress: await work.progress(job.id) } : justNow(job)

/** Throws VIDEO_JOB_NOT_FOUND. */
export const getVideoJob =
  (ports: Ports) =>
  async (userId: string, id: string): Promise<JobView & { clips: Clip[] }> => {
    const job = await ports.jobs.getOwn(userId, id)
    return { ...(await viewOf(ports, job)), clips: await ports.clips.of(id) }
  }

/** How far a job is, whoever's it is. Throws VIDEO_JOB_NOT_FOUND. */
export const getFilmProgress =
  (ports: Ports) =>
  async (id: string): Promise<JobView> => {
    const job = await ports.jobs.find(id)
    if (!job) throw videoJobNotFound()
    return viewOf(ports, job)
  }

export const listVideoJobs =
  (ports: Ports) =>
  async (userId: string, storyId: string, page: Page): Promise<Paged<JobView>> => {
    const { items, nextPageToken } = await ports.jobs.list(userId, storyId, page)
    return { items: await Promise.all(items.map((job) => viewOf(ports, job))), nextPageToken }
  }

/** Throws VIDEO_JOB_NOT_FOUND, VIDEO_JOB_NOT_RUNNING. */
export const cancelVideoJob =
  ({ jobs, clips, work, clock }: Ports) =>
  async (userId: string, id: string): Promise<VideoJob> => {
    const job = await jobs.getOwn(userId, id)
    job.cancel(await clips.spent(id), clock.now())
    work.end(id)
    return job
  }

export type JobNews = { resumeToken: string; view?: JobView }

const tokenOf = ({ job: { status, runId, failureReason }, progress }: JobView): string =>
  createHash('sha256')
    .update(JSON.stringify([status, runId, failureReason, progress]))
    .digest('base64url')
    .slice(0, 22)

/** Follows a job of one's own. Throws VIDEO_JOB_NOT_FOUND, also when it goes. */
export const watchVideoJob = (ports: Ports) =>
  async function* (userId: string, id: string, resumeToken: string, signal: AbortSignal): AsyncGenerator<JobNews> {
    let known = resumeToken
    const look = () => ports.read(async () => viewOf(ports, await ports.jobs.getOwn(userId, id)))
    await look()
    // What wakes us may get lost; so a heartbeat looks, too.
    for await (const isWoken of ports.watch(id, signal)) {
      const view = await look()
      const token = tokenOf(view)
      if (token !== known) yield { resumeToken: token, view }
      else if (!isWoken) yield { resumeToken: token }
      known = token
    }
  }

/** The film of a story as somebody sees it. Throws FILM_NOT_FOUND. */
export const getFilm =
  ({ jobs, narrations }: Ports) =>
  async (storyId: string, viewerId: string | undefined, shareToken: string): Promise<VideoJob> => {
    const seen = await narrations.seenBy(storyId, viewerId, shareToken)
    const job = seen && (await jobs.shown(storyId, seen.version, seen.contentHash))
    if (!job) throw notFound('FILM_NOT_FOUND', 'there is no film of what you see of this story')
    return job
  }

export const listProviders =
  ({ providers }: Ports) =>
  (): Promise<Offer[]> =>
    providers.offers()
