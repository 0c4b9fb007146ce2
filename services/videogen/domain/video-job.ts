import {
  VideoFailedSchema,
  VideoGeneratedSchema,
  VideoJobCancelledSchema,
  VideoJobCreatedSchema,
  VideoProcessingStartedSchema,
} from '#gen/troupe/videogen/v1/videogen_events_pb.ts'
import { Aggregate } from '#shared/domain/aggregate.ts'
import { notFound, precondition } from '#shared/domain/errors.ts'
import type { Configuration, JobStatus, MadeFilm, ProviderName, Run, Telling } from './job-parts.ts'

export const videoJobNotFound = () => notFound('VIDEO_JOB_NOT_FOUND', 'there is no such film')

interface Order extends Telling {
  id: string
  configuration: Configuration
  cacheKey: string
  /** Empty for none. */
  publishingId: string
}

/** A film of a story: asked for, made in one or more tries, and kept. */
export class VideoJob extends Aggregate {
  readonly id: string
  readonly storyId: string
  readonly userId: string
  readonly narrationId: string
  readonly soundBlob: string
  readonly soundMs: number
  readonly storyVersion: number
  readonly contentHash: string
  readonly configuration: Configuration
  readonly cacheKey: string
  readonly createdAt: Date
  publishingId: string
  status: JobStatus = 'queued'
  provider: ProviderName | '' = ''
  runId: string
  usageKey: string
  estimatedCostMicros: number
  actualCostMicros = 0
  failureReason = ''
  film: MadeFilm | undefined
  updatedAt: Date
  completedAt: Date | undefined

  constructor(order: Order, run: Run, now: Date) {
    super()
    this.id = order.id
    this.storyId = order.storyId
    this.userId = order.userId
    this.narrationId = order.narrationId
    this.soundBlob = order.soundBlob
    this.soundMs = order.soundMs
    this.storyVersion = order.storyVersion
    this.contentHash = order.contentHash
    this.configuration = order.configuration
    this.cacheKey = order.cacheKey
    this.publishingId = order.publishingId
    this.createdAt = now
    this.updatedAt = now
    this.runId = run.id
    this.usageKey = run.usageKey
    this.estimatedCostMicros = run.estimatedCostMicros
    this.record(VideoJobCreatedSchema, this.about())
  }

  /** What every event that begins or ends a try says. */
  private about() {
    const { id: jobId, storyId, userId, usageKey, contentHash, publishingId } = this
    return { jobId, storyId, userId, usageKey, contentHash, publishingId }
  }

  get isRunning(): boolean {
    return this.status === 'queued' || this.status === 'processing'
  }

  private isPresent(runId: string): boolean {
    return this.isRunning && this.runId === runId
  }

  private end(status: JobStatus, costMicros: number, reason: string, now: Date): void {
    this.status = status
    this.actualCostMicros = costMicros
    this.failureReason = reason
    this.updatedAt = now
  }

  /** Somebody works on a try. */
  process(runId: string, now: Date): void {
    if (!this.isPresent(runId) || this.status !== 'queued') return
    this.status = 'processing'
    this.updatedAt = now
    this.record(VideoProcessingStartedSchema, { jobId: this.id, storyId: this.storyId, userId: this.userId })
  }

  /** Who makes it from now on. */
  giveTo(runId: string, provider: ProviderName, now: Date): void {
    if (!this.isPresent(runId) || this.provider === provider) return
    this.provider = provider
    this.updatedAt = now
  }

  /** A try came to its end; one that is not the present one any more says nothing. */
  complete(runId: string, film: MadeFilm, costMicros: number, now: Date): void {
    if (!this.isPresent(runId)) return
    this.end('completed', costMicros, '', now)
    this.film = film
    this.completedAt = now
    const { storyVersion } = this
    this.record(VideoGeneratedSchema, { ...this.about(), storyVersion, durationMs: film.durationMs })
  }

  /** A try ends without a film; what it paid for stays with the job. */
  fail(runId: string, reason: string, costMicros: number, now: Date): void {
    if (!this.isPresent(runId)) return
    this.end('failed', costMicros, reason, now)
    this.record(VideoFailedSchema, { ...this.about(), reason })
  }

  /** Nobody knows whether a part of it was accepted, and is paid for: its owner decides. */
  lose(runId: string, reason: string, costMicros: number, now: Date): void {
    if (!this.isPresent(runId)) return
    this.end('unknown', costMicros, reason, now)
    this.record(VideoFailedSchema, { ...this.about(), reason })
  }

  /** Throws VIDEO_JOB_NOT_RUNNING. */
  cancel(costMicros: number, now: Date): void {
    if (!this.isRunning) throw precondition('VIDEO_JOB_NOT_RUNNING', 'the film is not being made')
    this.end('cancelled', costMicros, '', now)
    this.record(VideoJobCancelledSchema, this.about())
  }

  /** Throws VIDEO_JOB_NOT_OVER. */
  mustBeOver(): void {
    if (this.isRunning || this.status === 'completed')
      throw precondition('VIDEO_JOB_NOT_OVER', 'the film is being made, or it is there')
  }

  /** Begins another try. Throws VIDEO_JOB_NOT_OVER. */
  retry(run: Run, now: Date): void {
    this.mustBeOver()
    this.status = 'queued'
    this.failureReason = ''
    this.runId = run.id
    this.usageKey = run.usageKey
    this.estimatedCostMicros = run.estimatedCostMicros
    this.updatedAt = now
    this.record(VideoJobCreatedSchema, this.about())
  }

  /** A publishing waits for it, too: it hears how it ends. */
  serve(publishingId: string): void {
    if (this.isRunning) this.publishingId = publishingId
  }
}
