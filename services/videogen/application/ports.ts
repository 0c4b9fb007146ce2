import type { Page, Paged } from '#shared/application/paged.ts'
import type { People } from '#shared/application/people.ts'
import type { Clock } from '#shared/domain/clock.ts'
import type { Ids } from '#shared/domain/ids.ts'
import type { Soundtrack } from '../domain/film.ts'
import type { ProviderName, Telling, VendorName } from '../domain/job-parts.ts'
import type { Offer } from '../domain/provider-choice.ts'
import type { ClipVendor } from '../domain/vendor.ts'
import type { VideoJob } from '../domain/video-job.ts'
import type { Clips } from './clip-ports.ts'
import type { Studio } from './studio.ts'

export interface Jobs {
  /** Throws VIDEO_JOB_NOT_FOUND, also for another's. */
  getOwn(userId: string, id: string): Promise<VideoJob>
  find(id: string): Promise<VideoJob | undefined>
  /** The one that is being made and that others are alike. */
  running(userId: string, cacheKey: string): Promise<VideoJob | undefined>
  /** One that is there and that others are alike. */
  finished(userId: string, cacheKey: string): Promise<VideoJob | undefined>
  /** How many there are that are alike, in whatever state. */
  countAlike(userId: string, cacheKey: string): Promise<number>
  /** The newest that is there of what was told, however it was made. */
  anyOf(userId: string, told: Pick<Telling, 'contentHash' | 'soundBlob'>): Promise<VideoJob | undefined>
  /** The newest that is there of a text, with no sound of a later version. */
  shown(storyId: string, version: number, contentHash: string): Promise<VideoJob | undefined>
  list(userId: string, storyId: string, page: Page): Promise<Paged<VideoJob>>
  ofStory(storyId: string): Promise<VideoJob[]>
  ofUser(userId: string, limit: number): Promise<VideoJob[]>
  /** Whether a try is still to be made. */
  isPresent(id: string, runId: string): Promise<boolean>
  add(job: VideoJob): void
  remove(job: VideoJob): void
}

/** What is to be made; `awaited` are stories whose collaborative film waits for their sound. */
export type WorkName = 'film' | 'awaited'

type Stage = 'waiting' | 'preparing' | 'drawing' | 'generating' | 'joining'

export interface Progress {
  share: number
  stage: Stage
}

/** Work that is taken by lease. */
export interface Work {
  begin(id: string, kind: WorkName): void
  /** As `begin`, in a while. */
  beginLater(id: string, kind: WorkName, delayMs: number): void
  end(id: string): void
  putOff(id: string, delayMs: number): Promise<number>
  retryIn(id: string, delayMs: number): Promise<void>
  waitFor(id: string, delayMs: number): Promise<void>
  handOver(id: string): Promise<void>
  /** Says how far it is; never less than before. */
  note(id: string, progress: Progress): Promise<void>
  progress(id: string): Promise<Progress>
}

interface SeenVersion {
  version: number
  contentHash: string
}

/** Stories as they are told, and who sees what of them. */
export interface Narrations {
  /** Of one's own where somebody is named. Throws NARRATION_NOT_FOUND, NARRATION_NOT_COMPLETED. */
  told(storyId: string, userId: string): Promise<Telling>
  /** All that is heard, and who is in it; undefined when another sound is heard by now. */
  soundtrack(telling: Pick<Telling, 'storyId' | 'userId' | 'soundBlob'>): Promise<Soundtrack | undefined>
  /** What somebody sees of a story; undefined for nothing. */
  seenBy(storyId: string, viewerId: string | undefined, shareToken: string): Promise<SeenVersion | undefined>
}

/** Which publishing waits for which film. */
export interface Publishings {
  find(id: string): Promise<{ jobId: string; isOwn: boolean; isAbandoned: boolean } | undefined>
  /** `isOwn`: the job was begun for it alone. */
  note(id: string, jobId: string, isOwn: boolean): void
  /** Keeps a film from being begun for it, and says that one is not wanted any more. */
  abandon(id: string, isKnown: boolean): void
}

/** Stories whose film waits for those who speak in it to be heard. */
export interface Awaited {
  add(storyId: string, userId: string): void
  find(storyId: string): Promise<{ userId: string } | undefined>
  remove(storyId: string): void
  ofUser(userId: string): Promise<string[]>
}

/** How those who make films are. */
export interface Providers {
  offers(): Promise<Offer[]>
  /** Throws PROVIDER_NOT_CONFIGURED. */
  vendor(name: VendorName): ClipVendor
  noteWell(name: ProviderName): Promise<void>
  /** `isForGood`: it will fail again until somebody mends it. */
  noteFailure(name: ProviderName, isForGood: boolean): Promise<void>
}

export interface Quota {
  /** Sets a film aside until the event that ends it takes it or gives it back. Throws LIMIT_REACHED. */
  reserve(userId: string, key: string): Promise<void>
}

/** What the use cases of videogen need. */
export interface Ports {
  jobs: Jobs
  clips: Clips
  work: Work
  narrations: Narrations
  publishings: Publishings
  awaited: Awaited
  providers: Providers
  quota: Quota
  people: People
  studio: Studio
  hash: (text: string) => string
  /** The id that follows from two texts. */
  keyOf: (text: string, purpose: string) => string
  clock: Clock
  ids: Ids
  /** How long vendors are left alone before they are asked again, and before what was lost is looked for. */
  waits: { pollMs: number; settleMs: number }
  /** Runs a unit of work of its own and commits it. */
  apart: <T>(purpose: string, run: () => Promise<T>) => Promise<T>
  /** Runs a read outside of a unit. */
  read: <T>(run: () => Promise<T>) => Promise<T>
  /** Runs once the unit is committed. */
  afterCommit: (run: () => void) => void
  watch: (topic: string, signal: AbortSignal) => AsyncIterable<boolean>
  /** Wakes whoever works. */
  wakeWork: () => void
  /** Something went wrong that need not stop the rest. */
  troubled: (what: string, id: string, error: unknown) => void
}
