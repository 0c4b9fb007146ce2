import { defineEntity, type EntitySchema, p } from '@mikro-orm/core'
import type { Configuration, JobStatus, MadeFilm, ProviderName } from '../domain/job-parts.ts'
import { VideoJob } from '../domain/video-job.ts'

const time = () => p.datetime().columnType('timestamptz')

const VideoJobSchema = defineEntity({
  class: VideoJob,
  tableName: 'video_jobs',
  properties: {
    id: p.uuid().primary(),
    storyId: p.uuid(),
    userId: p.uuid(),
    narrationId: p.uuid(),
    soundBlob: p.text(),
    soundMs: p.integer(),
    storyVersion: p.integer(),
    contentHash: p.text(),
    configuration: p.json<Configuration>(),
    cacheKey: p.text(),
    publishingId: p.text(),
    status: p.text().$type<JobStatus>(),
    provider: p.text().$type<ProviderName | ''>(),
    runId: p.text(),
    usageKey: p.text(),
    estimatedCostMicros: p.integer(),
    actualCostMicros: p.integer(),
    failureReason: p.text(),
    film: p.json<MadeFilm>().nullable(),
    createdAt: time(),
    updatedAt: time(),
    completedAt: time().nullable(),
    revision: p.integer().version(),
  },
})

export const entities = [VideoJobSchema] as unknown as readonly EntitySchema[]
