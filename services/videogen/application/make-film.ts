import { leaveNothing } from '#shared/application/people.ts'
import { progressNotes } from '#shared/application/progress-notes.ts'
import { whileWanted } from '#shared/application/while-wanted.ts'
import { DomainError, type ErrorKind } from '#shared/domain/errors.ts'
import { planClips } from '../domain/clip-plan.ts'
import type { Soundtrack } from '../domain/film.ts'
import type { MadeFilm, ProviderName, VendorName } from '../domain/job-parts.ts'
import { type Candidate, chooseProviders, withinCost } from '../domain/provider-choice.ts'
import { FilmError } from '../domain/vendor.ts'
import type { VideoJob } from '../domain/video-job.ts'
import { clipMaker } from './make-clips.ts'
import type { Ports, Progress } from './ports.ts'
import type { FilmOrder } from './studio.ts'

const mostAttempts = 8
const firstDelayMs = 1000
/** Of the whole way, clips are this much; joining them is the rest. */
const clipsShare = 0.8

/** What is refused so is refused again, such as a sound that is gone. */
const isLasting: ReadonlySet<ErrorKind> = new Set(['precondition', 'not-found', 'invalid'])

/** When what could not be done is tried again: later and later. */
const delayMs = (attempts: number): number => Math.min(firstDelayMs * 2 ** attempts, 120_000)

type Run = Pick<
  VideoJob,
  'id' | 'storyId' | 'userId' | 'runId' | 'contentHash' | 'soundBlob' | 'soundMs' | 'configuration' | 'provider'
>

const orderOf = (
  { id: jobId, userId, soundBlob, contentHash, configuration }: Run,
  soundtrack: Soundtrack,
): FilmOrder => ({
  ...{ jobId, userId, soundBlob, contentHash, soundtrack },
  captions: configuration.captions,
})

const changed = () => new FilmError('refused', 'NARRATION_CHANGED', 'the story is told otherwise by now')

/**
 * Makes a film that was asked for. Whoever takes it up after a crash goes on with the clips that were asked for, and draws
 * from the beginning what is drawn. Cancelled, it ends at once.
 */
export const makeFilm = (ports: Ports) => {
  const { jobs, clips, work, narrations, providers, studio, clock, waits, apart, afterCommit, troubled } = ports
  const makeClips = clipMaker(ports)

  const begin = (id: string): Promise<Run | undefined> =>
    apart('process', async () => {
      const job = await jobs.find(id)
      if (!job?.isRunning) {
        work.end(id)
        return undefined
      }
      job.process(job.runId, clock.now())
      const { storyId, userId, runId, contentHash, soundBlob, soundMs, configuration, provider } = job
      return { id, storyId, userId, runId, contentHash, soundBlob, soundMs, configuration, provider }
    })

  const giveTo = ({ id, runId }: Run, name: ProviderName) =>
    apart('give', async () => (await jobs.find(id))?.giveTo(runId, name, clock.now()))

  const complete = ({ id, runId, userId }: Run, film: MadeFilm) =>
    apart('complete', async () => {
      const job = await jobs.find(id)
      if (job?.runId !== runId || !job.isRunning) return
      job.complete(runId, film, await clips.spent(id), clock.now())
      work.end(id)
      afterCommit(() => {
        // What is left because of a crash here is swept.
        studio.removeClips({ jobId: id, userId }).catch((error: unknown) => troubled('old clips', id, error))
      })
    })

  const giveUp = ({ id, runId }: Run, how: 'fail' | 'lose', reason: string) =>
    apart('fail', async () => {
      const job = await jobs.find(id)
      // Another try of it may have begun.
      if (job && job.runId !== runId) return
      job?.[how](runId, reason, await clips.spent(id), clock.now())
      work.end(id)
    })

  const settle = async (run: Run, error: unknown): Promise<void> => {
    if (!(await jobs.isPresent(run.id, run.runId))) return work.handOver(run.id)
    if (error instanceof DomainError && isLasting.has(error.kind)) return giveUp(run, 'fail', error.reason)
    if (error instanceof FilmError && error.failure === 'lost') return giveUp(run, 'lose', error.reason)
    if (error instanceof FilmError && error.failure === 'refused') return giveUp(run, 'fail', error.reason)
    // That is no failure: it will be known by then.
    if (error instanceof FilmError && error.reason === 'CLIP_UNSETTLED')
      return work.waitFor(run.id, error.retryAfterMs ?? waits.settleMs)
    troubled('film', run.id, error)
    const attempts = await work.putOff(run.id, firstDelayMs)
    if (attempts >= mostAttempts) return giveUp(run, 'fail', error instanceof FilmError ? error.reason : 'INTERNAL')
    const wait = error instanceof FilmError ? error.retryAfterMs : undefined
    await work.retryIn(run.id, wait ?? delayMs(attempts))
  }

  const soundtrackOf = async (run: Run): Promise<Soundtrack> => {
    const soundtrack = await narrations.soundtrack(run)
    if (!soundtrack) throw changed()
    return soundtrack
  }

  /** Tells how far it is, and waits for the last word at the end. */
  const reporting = async <T>(
    { id }: Run,
    progressAt: (share: number) => Progress,
    make: (report: (share: number) => void) => Promise<T>,
  ): Promise<T> => {
    const { report, written } = progressNotes(
      (share) => work.note(id, progressAt(share)),
      (error) => troubled('progress', id, error),
    )
    try {
      return await make(report)
    } finally {
      await written()
    }
  }

  const draw = async (run: Run, signal: AbortSignal): Promise<void> => {
    await giveTo(run, 'embedded')
    await work.note(run.id, { share: 0.01, stage: 'preparing' })
    const soundtrack = await soundtrackOf(run)
    const order = orderOf(run, soundtrack)
    const at = (share: number): Progress => ({ share: 0.02 + 0.97 * share, stage: 'drawing' })
    await complete(run, await reporting(run, at, (report) => studio.draw(order, report, signal)))
  }

  const generate = async (run: Run, best: readonly Candidate[], signal: AbortSignal): Promise<void> => {
    const { id: jobId, userId, configuration } = run
    const candidates = best.filter((each): each is Candidate & { name: VendorName } => each.name !== 'embedded')
    let count = (await clips.of(jobId)).length
    if (count === 0) {
      await work.note(jobId, { share: 0.01, stage: 'preparing' })
      const planned = planClips(await soundtrackOf(run), candidates[0]?.clips ?? 1, configuration.style)
      await apart('plan', async () => clips.plan(jobId, planned))
      count = planned.length
    }
    const onGiven = (name: VendorName) => giveTo(run, name)
    const payable = withinCost(candidates, count, configuration.maxCostMicros)
    const share = await makeClips({ jobId, userId, candidates: payable, onGiven }, signal)
    await work.note(jobId, { share: 0.02 + share * (clipsShare - 0.02), stage: 'generating' })
    // Others may be made while vendors are waited for.
    if (share < 1) return work.waitFor(jobId, waits.pollMs)
    const order = orderOf(run, await soundtrackOf(run))
    const kept = (await clips.of(jobId)).map(({ place, startMs, endMs }) => ({ place, startMs, endMs }))
    const at = (joined: number): Progress => ({ share: clipsShare + 0.19 * joined, stage: 'joining' })
    const joined = await reporting(run, at, (report) => studio.join({ ...order, clips: kept }, report, signal))
    return complete(run, joined)
  }

  const make = async (run: Run, signal: AbortSignal): Promise<void> => {
    const found = chooseProviders(await providers.offers(), run.configuration, run.soundMs)
    // Whoever has it goes on with it.
    const best = found.toSorted((a, b) => Number(b.name === run.provider) - Number(a.name === run.provider))
    return best[0]?.name === 'embedded' ? draw(run, signal) : generate(run, best, signal)
  }

  return async (id: string, stopping: AbortSignal): Promise<void> => {
    const run = await begin(id)
    if (!run) return
    const isWanted = () => jobs.isPresent(id, run.runId)
    await whileWanted(
      ports,
      { id, isWanted, stopping },
      (signal) => leaveNothing(ports.people, studio, run.userId, () => make(run, signal)),
      (error, isEnded) => (isEnded ? work.handOver(id) : settle(run, error)),
    )
  }
}
