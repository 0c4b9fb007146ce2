import { precondition } from '#shared/domain/errors.ts'
import { type Configuration, configured, identityOf, type Run, type Telling } from '../domain/job-parts.ts'
import { type Candidate, chooseProviders } from '../domain/provider-choice.ts'
import { VideoJob } from '../domain/video-job.ts'
import type { Ports } from './ports.ts'

/** ffmpeg and disks have room for as much. */
const longestMs = 12 * 60 * 60_000

export interface Asked {
  job: VideoJob
  isCached: boolean
}

export interface Estimate {
  best: Candidate
  told: Telling
  isCached: boolean
}

const keyOf = ({ hash }: Pick<Ports, 'hash'>, told: Telling, configuration: Configuration): string =>
  hash(identityOf(told, configuration))

/** Who would make it, best first. Throws FILM_TOO_LONG, and what the choice says. */
const candidatesFor = async (
  { providers }: Pick<Ports, 'providers'>,
  told: Telling,
  configuration: Configuration,
): Promise<[Candidate, ...Candidate[]]> => {
  if (told.soundMs > longestMs) throw precondition('FILM_TOO_LONG', 'a film may be at most 12 hours long')
  return chooseProviders(await providers.offers(), configuration, told.soundMs) as [Candidate, ...Candidate[]]
}

/** Sets a film aside, for one try. Throws LIMIT_REACHED. */
export const reserveRun = async (
  { quota, ids }: Pick<Ports, 'quota' | 'ids'>,
  userId: string,
  { costMicros }: Candidate,
  usageKey = ids.next(),
): Promise<Run> => {
  await quota.reserve(userId, usageKey)
  return { id: ids.next(), usageKey, estimatedCostMicros: costMicros }
}

/** What a film would cost. */
export const estimateCost =
  (ports: Ports) =>
  async (userId: string, storyId: string, wanted: Configuration): Promise<Estimate> => {
    const configuration = configured(wanted)
    const told = await ports.narrations.told(storyId, userId)
    const [best] = await candidatesFor(ports, told, configuration)
    const made = await ports.jobs.finished(userId, keyOf(ports, told, configuration))
    return { best, told, isCached: made !== undefined }
  }

/** A film of what was told, that there is, that is on its way, or that is begun. */
export const filmOf = async (
  ports: Ports,
  told: Telling,
  wanted: Configuration,
  publishingId: string,
): Promise<Asked> => {
  const { jobs, ids, clock, work, afterCommit, wakeWork } = ports
  const configuration = configured(wanted)
  const cacheKey = keyOf(ports, told, configuration)
  // Counted first: whoever begins it after that is found, or begins the same.
  const before = await jobs.countAlike(told.userId, cacheKey)
  const known = (await jobs.finished(told.userId, cacheKey)) ?? (await jobs.running(told.userId, cacheKey))
  if (known) return { job: known, isCached: true }
  const [best] = await candidatesFor(ports, told, configuration)
  const order = { ...told, id: ids.next(), configuration, cacheKey, publishingId }
  // Those who ask at the same time set aside the same, since only one of them begins it.
  const usageKey = ports.keyOf(cacheKey, `${told.userId} ${before}`)
  const job = new VideoJob(order, await reserveRun(ports, told.userId, best, usageKey), clock.now())
  jobs.add(job)
  work.begin(job.id, 'film')
  afterCommit(wakeWork)
  return { job, isCached: false }
}

/**
 * Has a film made of a story of one's own, unless there is one that is alike. Throws NARRATION_NOT_FOUND,
 * NARRATION_NOT_COMPLETED, FILM_TOO_LONG, PROVIDER_NOT_CONFIGURED, NO_PROVIDER, COST_TOO_HIGH, LIMIT_REACHED.
 */
export const createVideoJob =
  (ports: Ports) =>
  async (userId: string, storyId: string, wanted: Configuration): Promise<Asked> =>
    filmOf(ports, await ports.narrations.told(storyId, userId), wanted, '')
