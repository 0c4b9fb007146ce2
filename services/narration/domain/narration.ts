import {
  NarrationFailedSchema,
  NarrationGeneratedSchema,
  NarrationRegeneratedSchema,
} from '#gen/troupe/narration/v1/narration_events_pb.ts'
import { Aggregate } from '#shared/domain/aggregate.ts'
import { notFound, precondition } from '#shared/domain/errors.ts'
import {
  type NarrationStatus,
  nobody,
  type Run,
  type SeenVersion,
  type Sound,
  type Told,
  type VoiceMap,
} from './narration-parts.ts'
import type { Script } from './script.ts'
import { thousandsOf } from './speech.ts'
import type { Chapter } from './timing.ts'

export const narrationNotFound = () => notFound('NARRATION_NOT_FOUND', 'there is no such narration')

/** A story as it is told; the same one again whenever the story or its voices change. */
export class StoryNarration extends Aggregate {
  readonly id: string
  readonly storyId: string
  readonly userId: string
  readonly createdAt: Date
  status: NarrationStatus = 'pending'
  voiceMap: VoiceMap = nobody
  /** The story's characters in the order in which those without a voice of their own get one. */
  castIds: string[] = []
  title = ''
  language = ''
  storyVersion = 0
  contentHash = ''
  runId = ''
  segmentsTotal = 0
  paidCharacters = 0
  costMicros = 0
  usageKey = ''
  publishingId = ''
  stale = false
  failureReason = ''
  /** Of the last run that came to its end. */
  sound: Told | undefined
  chapters: Chapter[] = []
  updatedAt: Date
  completedAt: Date | undefined

  constructor(id: string, storyId: string, userId: string, now: Date) {
    super()
    this.id = id
    this.storyId = storyId
    this.userId = userId
    this.createdAt = now
    this.updatedAt = now
  }

  get isRunning(): boolean {
    return this.status === 'pending' || this.status === 'processing'
  }

  /** Whether who sees a version may hear what there is: its text, and no title that came later. */
  isHeardBy({ version, contentHash }: SeenVersion): boolean {
    return this.sound !== undefined && this.sound.contentHash === contentHash && this.sound.storyVersion <= version
  }

  /** Whether its parts are those of what is heard; while it is told anew, they are its author's. */
  get isAsHeard(): boolean {
    return this.status === 'completed' && this.sound?.storyVersion === this.storyVersion
  }

  mustNotRun(): void {
    if (this.runId !== '' && this.isRunning)
      throw precondition('NARRATION_RUNNING', 'the story is being narrated; wait for it, or cancel it')
  }

  private begin(run: Run, now: Date): void {
    this.mustNotRun()
    this.status = 'pending'
    this.runId = run.id
    this.segmentsTotal = run.segments
    this.paidCharacters = run.paidCharacters
    this.costMicros = run.costMicros
    this.usageKey = run.usageKey
    this.publishingId = run.publishingId
    this.failureReason = ''
    this.updatedAt = now
  }

  /** Begins to tell a story's present text. */
  tell(script: Omit<Script, 'content' | 'segments' | 'emotions'>, voiceMap: VoiceMap, run: Run, now: Date): void {
    this.begin(run, now)
    this.voiceMap = voiceMap
    this.castIds = [...script.characterIds]
    this.title = script.title
    this.language = script.language
    this.storyVersion = script.version
    this.contentHash = script.contentHash
    this.stale = false
  }

  /** Begins to tell the same text with a segment said otherwise. */
  retell(run: Run, now: Date): void {
    this.begin(run, now)
  }

  /** A publication waits for the run that is being made. */
  awaitedBy(publishingId: string): void {
    this.publishingId = publishingId
  }

  /** Somebody works on a run. */
  process(runId: string, now: Date): void {
    if (this.runId !== runId || this.status !== 'pending') return
    this.status = 'processing'
    this.updatedAt = now
  }

  /** A run came to its end; one that is not the present one any more says nothing. */
  complete(runId: string, sound: Sound, chapters: Chapter[], now: Date): void {
    if (this.runId !== runId || !this.isRunning) return
    const isFirst = this.completedAt === undefined
    this.status = 'completed'
    this.sound = { ...sound, contentHash: this.contentHash, storyVersion: this.storyVersion }
    this.chapters = chapters
    this.completedAt = now
    this.updatedAt = now
    this.record(isFirst ? NarrationGeneratedSchema : NarrationRegeneratedSchema, {
      narrationId: this.id,
      storyId: this.storyId,
      userId: this.userId,
      storyVersion: this.storyVersion,
      contentHash: this.contentHash,
      segmentCount: this.segmentsTotal,
      durationMs: sound.durationMs,
      usageKey: this.usageKey,
      paidThousands: thousandsOf(this.paidCharacters),
      publishingId: this.publishingId,
    })
  }

  /** A run ends without its sound; what it said, and paid for, is kept for the next one. */
  fail(runId: string, reason: string, spentCharacters: number, now: Date): void {
    if (this.runId !== runId || !this.isRunning) return
    this.status = 'failed'
    this.failureReason = reason
    this.updatedAt = now
    this.record(NarrationFailedSchema, {
      narrationId: this.id,
      storyId: this.storyId,
      userId: this.userId,
      reason,
      usageKey: this.usageKey,
      paidThousands: thousandsOf(spentCharacters),
      publishingId: this.publishingId,
    })
  }

  /** What its author wants of it without asking each time cannot be done. */
  refuse(reason: string, now: Date): void {
    this.mustNotRun()
    this.status = 'pending'
    this.runId = ''
    this.usageKey = ''
    this.paidCharacters = 0
    this.publishingId = ''
    this.fail('', reason, 0, now)
  }

  /** What is heard may not be heard any more; answers what it was. */
  silence(reason: string, now: Date): Told | undefined {
    if (this.failureReason === '') this.refuse(reason, now)
    const before = this.sound
    this.sound = undefined
    this.completedAt = undefined
    this.chapters = []
    return before
  }

  cancel(spentCharacters: number, now: Date): void {
    if (!this.isRunning) throw precondition('NARRATION_NOT_RUNNING', 'the narration is not being made')
    this.fail(this.runId, 'CANCELLED', spentCharacters, now)
  }

  /** The story says something else by now. */
  outdate(now: Date): void {
    if (this.stale) return
    this.stale = true
    this.updatedAt = now
  }
}
