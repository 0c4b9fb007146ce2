import { VideoGenService } from '#gen/troupe/videogen/v1/videogen_service_pb.ts'
import { pageSize } from '#shared/application/paging.ts'
import { timestamp } from '#shared/domain/timestamp.ts'
import { caller, maybeCaller } from '#shared/presentation/gate.ts'
import { type Route, route } from '#shared/presentation/route.ts'
import type { VideogenApp } from '../application/app.ts'
import { justNow } from '../application/video-jobs.ts'
import {
  fromConfiguration,
  toFilm,
  toJob,
  toProgress,
  toProvider,
  toProviders,
  toStatus,
  type UrlOf,
} from './convert.ts'

/** The rpcs of videogen. */
export const videogenService = (app: VideogenApp, urlOf: UrlOf): Route =>
  route(VideoGenService, {
    estimateCost: async ({ storyId, configuration }, context) => {
      const wanted = fromConfiguration(configuration)
      const { best, told, isCached } = await app.estimateCost(caller(context), storyId, wanted)
      return {
        provider: toProvider(best.name),
        costMicros: BigInt(isCached ? 0 : best.costMicros),
        durationMs: told.soundMs,
        clipCount: best.clips,
        isCached,
      }
    },
    createVideoJob: async ({ storyId, configuration }, context) => {
      const asked = await app.createVideoJob(caller(context), storyId, fromConfiguration(configuration))
      return { job: toJob(urlOf, justNow(asked.job)), isCached: asked.isCached }
    },
    retryVideoJob: async ({ jobId, payAgain }, context) => ({
      job: toJob(urlOf, justNow(await app.retryVideoJob(caller(context), jobId, payAgain))),
    }),
    getVideoJob: async ({ jobId }, context) => {
      const { clips, ...view } = await app.getVideoJob(caller(context), jobId)
      return { job: toJob(urlOf, view, clips) }
    },
    listVideoJobs: async ({ storyId, ...request }, context) => {
      const page = { size: pageSize(request.pageSize, 20, 100), token: request.pageToken }
      const { items, nextPageToken } = await app.listVideoJobs(caller(context), storyId, page)
      return { jobs: items.map((view) => toJob(urlOf, view)), nextPageToken }
    },
    cancelVideoJob: async ({ jobId }, context) => ({
      job: toJob(urlOf, justNow(await app.cancelVideoJob(caller(context), jobId))),
    }),
    watchVideoJob: async function* ({ jobId, resumeToken: known }, context) {
      for await (const { resumeToken, view } of app.watchVideoJob(caller(context), jobId, known, context.signal)) {
        if (!view) yield { resumeToken, heartbeat: true }
        else {
          const { status, failureReason, updatedAt } = view.job
          const news = { status: toStatus(status), progress: toProgress(view), failureReason }
          yield { resumeToken, ...news, updatedAt: timestamp(updatedAt) }
        }
      }
    },
    getFilm: async ({ storyId, shareToken }, context) => {
      const job = await app.getFilm(storyId, maybeCaller(context), shareToken)
      const film = toFilm(urlOf, job)
      return { ...(film ? { film } : {}), storyVersion: job.storyVersion }
    },
    listProviders: async () => ({ providers: toProviders(await app.listProviders()) }),
    filmStory: async ({ publishingId: id, userId, storyId, storyVersion, contentHash }) => {
      const job = await app.filmStory({ id, userId, storyId, storyVersion, contentHash })
      return { jobId: job.id, status: toStatus(job.status) }
    },
    getFilmProgress: async ({ jobId }) => {
      const view = await app.getFilmProgress(jobId)
      return { status: toStatus(view.job.status), progress: toProgress(view) }
    },
    abandonFilm: async ({ publishingId }) => {
      await app.abandonFilm(publishingId)
      return {}
    },
  })
