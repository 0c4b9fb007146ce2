import type { MessageInitShape } from '@bufbuild/protobuf'
import {
  type GeneratedVideoSchema,
  ProviderHealth,
  type ProviderStatusSchema,
  VideoCaptions,
  type VideoClipSchema,
  VideoClipStatus,
  type VideoConfiguration,
  type VideoConfigurationSchema,
  type VideoJobSchema,
  VideoJobStatus,
  type VideoProgressSchema,
  VideoProvider,
  VideoStage,
} from '#gen/troupe/videogen/v1/video_job_pb.ts'
import { timestamp } from '#shared/domain/timestamp.ts'
import type { Clip } from '../application/clip-ports.ts'
import type { JobView } from '../application/video-jobs.ts'
import type { Captions } from '../domain/film.ts'
import { type Configuration, type ProviderName, providerNames, usual } from '../domain/job-parts.ts'
import type { Offer } from '../domain/provider-choice.ts'
import type { VideoJob } from '../domain/video-job.ts'

/** Where people see what a blob holds. */
export type UrlOf = (blob: string) => string

const statuses = {
  queued: VideoJobStatus.QUEUED,
  processing: VideoJobStatus.PROCESSING,
  completed: VideoJobStatus.COMPLETED,
  failed: VideoJobStatus.FAILED,
  cancelled: VideoJobStatus.CANCELLED,
  unknown: VideoJobStatus.UNKNOWN,
}

const providers = {
  '': VideoProvider.UNSPECIFIED,
  embedded: VideoProvider.EMBEDDED,
  runway: VideoProvider.RUNWAY,
  luma: VideoProvider.LUMA,
  pika: VideoProvider.PIKA,
}

const captionKinds = { burnt: VideoCaptions.BURNT_IN, soft: VideoCaptions.SOFT, none: VideoCaptions.NONE }

const stages = {
  waiting: VideoStage.WAITING,
  preparing: VideoStage.PREPARING,
  drawing: VideoStage.DRAWING,
  generating: VideoStage.GENERATING,
  joining: VideoStage.JOINING,
}

const clipStatuses = {
  planned: VideoClipStatus.PENDING,
  asked: VideoClipStatus.ASKED,
  accepted: VideoClipStatus.ACCEPTED,
  ready: VideoClipStatus.DONE,
  failed: VideoClipStatus.FAILED,
  unknown: VideoClipStatus.UNKNOWN,
}

/** The domain's word for a value of an enum; undefined for one that it has none for. */
const wordOf = <Word extends string>(words: Record<Word, number>, value: number): Word | undefined =>
  (Object.keys(words) as Word[]).find((word) => words[word] === value)

export const toProvider = (name: ProviderName | ''): VideoProvider => providers[name]
export const toStatus = (status: keyof typeof statuses): VideoJobStatus => statuses[status]

/** What was asked for; what was left out is as usual. */
export const fromConfiguration = (wanted: VideoConfiguration | undefined): Configuration => {
  if (!wanted) return usual
  const { provider, captions, style, maxClips, maxCostMicros } = wanted
  return {
    provider: wordOf<ProviderName | ''>(providers, provider) ?? '',
    captions: wordOf<Captions>(captionKinds, captions) ?? usual.captions,
    style,
    maxClips,
    maxCostMicros: Number(maxCostMicros),
  }
}

const toConfiguration = ({
  provider,
  captions,
  maxCostMicros,
  ...rest
}: Configuration): MessageInitShape<typeof VideoConfigurationSchema> => ({
  ...rest,
  provider: providers[provider],
  captions: captionKinds[captions],
  maxCostMicros: BigInt(maxCostMicros),
})

export const toFilm = (
  urlOf: UrlOf,
  { id: jobId, film }: Pick<VideoJob, 'id' | 'film'>,
): MessageInitShape<typeof GeneratedVideoSchema> | undefined =>
  film && {
    jobId,
    url: urlOf(film.video),
    thumbnailUrl: urlOf(film.thumbnail),
    durationMs: film.durationMs,
    width: film.width,
    height: film.height,
    size: BigInt(film.size),
    captions: captionKinds[film.captions],
  }

const toClip = (clip: Clip): MessageInitShape<typeof VideoClipSchema> => ({
  index: clip.place,
  status: clipStatuses[clip.state],
  provider: providers[clip.provider],
  providerJobId: clip.providerJobId,
  costMicros: BigInt(clip.costMicros),
  startMs: clip.startMs,
  endMs: clip.endMs,
  failureReason: clip.failureReason,
})

export const toProgress = ({
  job: { status },
  progress: { share, stage },
}: JobView): MessageInitShape<typeof VideoProgressSchema> =>
  status === 'completed'
    ? { percent: 100, stage: VideoStage.DONE }
    : { percent: Math.min(99.9, share * 100), stage: stages[stage] }

export const toJob = (
  urlOf: UrlOf,
  view: JobView,
  clips: readonly Clip[] = [],
): MessageInitShape<typeof VideoJobSchema> => {
  const { job } = view
  const video = toFilm(urlOf, job)
  return {
    id: job.id,
    storyId: job.storyId,
    userId: job.userId,
    status: statuses[job.status],
    provider: providers[job.provider],
    configuration: toConfiguration(job.configuration),
    storyVersion: job.storyVersion,
    contentHash: job.contentHash,
    narrationId: job.narrationId,
    progress: toProgress(view),
    failureReason: job.failureReason,
    estimatedCostMicros: BigInt(job.estimatedCostMicros),
    actualCostMicros: BigInt(job.actualCostMicros),
    clips: clips.map(toClip),
    ...(video ? { video } : {}),
    createdAt: timestamp(job.createdAt),
    updatedAt: timestamp(job.updatedAt),
    ...(job.completedAt ? { completedAt: timestamp(job.completedAt) } : {}),
  }
}

const minute = 60

/** All providers that there are, also those that are not set up. */
export const toProviders = (offers: readonly Offer[]): MessageInitShape<typeof ProviderStatusSchema>[] =>
  providerNames.map((name) => {
    const offer = offers.find((each) => each.name === name)
    if (!offer)
      return { provider: providers[name], health: ProviderHealth.NOT_CONFIGURED, takesStyle: name !== 'embedded' }
    const { isHealthy, clipSeconds, clipMicros, queue, takesStyle } = offer
    const minuteMicros = clipSeconds === 0 ? 0 : Math.round((clipMicros * minute) / clipSeconds)
    return {
      provider: providers[name],
      health: isHealthy ? ProviderHealth.UP : ProviderHealth.DOWN,
      minuteCostMicros: BigInt(minuteMicros),
      queueLength: queue,
      takesStyle,
    }
  })
