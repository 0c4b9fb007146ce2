import { leaveNothing } from '#shared/application/people.ts'
import { progressNotes } from '#shared/application/progress-notes.ts'
import { whileWanted } from '#shared/application/while-wanted.ts'
import { SpeechError } from '../domain/engine.ts'
import type { StoryNarration } from '../domain/narration.ts'
import type { Speech } from '../domain/speech.ts'
import { chaptersOf, timelineOf } from '../domain/timing.ts'
import type { Ports } from './ports.ts'
import type { Speak } from './speak.ts'

const batch = 16
const atOnce = 3
const mostAttempts = 8
const firstDelayMs = 1000

/** When what could not be done is tried again: later and later. */
const delayMs = (attempts: number): number => Math.min(firstDelayMs * 2 ** attempts, 120_000)

type Run = Pick<StoryNarration, 'id' | 'userId' | 'runId' | 'title' | 'language' | 'segmentsTotal' | 'sound'>

type TellPorts = Ports & { speak: Speak }

/** Says all that is not said yet, some at once; the first that fails ends it, once the others are done. */
const sayAll = async ({ segments, speak, notify }: TellPorts, run: Run, signal: AbortSignal): Promise<void> => {
  const { id, userId: ownerId, runId } = run
  const say = async ({ key, speech }: { key: string; speech: Speech }) => {
    await speak({ ownerId, key, speech, runId, turn: id }, signal)
    notify(id)
  }
  for (let unsaid = await segments.unsaid(id, batch); unsaid.length > 0; unsaid = await segments.unsaid(id, batch)) {
    const left = [...unsaid]
    const one = async () => {
      for (let next = left.shift(); next; next = left.shift()) {
        signal.throwIfAborted()
        await say(next).catch((error: unknown) => {
          left.length = 0
          throw error
        })
      }
    }
    const done = await Promise.allSettled(Array.from({ length: atOnce }, one))
    const failed = done.find((each) => each.status === 'rejected')
    if (failed) throw failed.reason
  }
}

/** Makes heard by itself what cannot be yet, but for the last ones: joining does those on the way. */
const encodeMost = async ({ segments, speeches, studio }: TellPorts, run: Run, signal: AbortSignal) => {
  const { id, userId: ownerId } = run
  let mute = await segments.mute(id, batch + 1)
  while (mute.length > batch) {
    const some = mute.slice(0, batch)
    await studio.encode(ownerId, some, id, signal)
    await speeches.noteEncoded(ownerId, some)
    mute = await segments.mute(id, batch + 1)
  }
  return mute
}

/** Joins what was said, and tells how far that is some times a second. */
const joinAll = async (ports: TellPorts, run: Run, signal: AbortSignal) => {
  const { segments, speeches, studio, work, troubled } = ports
  const parts = await segments.sounds(run.id)
  if (parts.length !== run.segmentsTotal) throw new Error(`${parts.length} of ${run.segmentsTotal} parts are there`)
  const spans = timelineOf(parts)
  const chapters = chaptersOf(spans.map((span, place) => ({ ...span, chapter: parts[place]?.chapter ?? '' })))
  const { report, written } = progressNotes(
    (share) => work.noteJoined(run.id, share),
    (error) => troubled('progress', run.id, error),
  )
  const { id: narrationId, userId: ownerId, title, language } = run
  const alone = await encodeMost(ports, run, signal)
  try {
    const sound = await studio.join({ narrationId, ownerId, title, language, parts, chapters, alone }, report, signal)
    await speeches.noteEncoded(ownerId, alone)
    return { sound, spans, chapters }
  } finally {
    await written()
  }
}

/**
 * Makes a narration that was asked for: says what was not said yet, joins all, and tells. Whoever takes it up after a
 * crash goes on where that one stopped. Cancelled, it ends at once.
 */
export const tellNarration = (ports: TellPorts) => {
  const { narrations, segments, speeches, studio, work, clock, apart, troubled } = ports

  const begin = (id: string): Promise<Run | undefined> =>
    apart('process', async () => {
      const narration = await narrations.find(id)
      if (!narration?.isRunning || narration.runId === '') {
        work.end(id)
        return undefined
      }
      narration.process(narration.runId, clock.now())
      const { userId, runId, title, language, segmentsTotal, sound } = narration
      return { id, userId, runId, title, language, segmentsTotal, sound }
    })

  const complete = (
    { id, runId, sound: before }: Run,
    { sound, spans, chapters }: Awaited<ReturnType<typeof joinAll>>,
  ) =>
    apart('complete', async () => {
      const narration = await narrations.find(id)
      if (narration?.runId !== runId || !narration.isRunning) return
      narration.complete(runId, sound, chapters, clock.now())
      segments.place(id, spans)
      work.end(id)
      if (before && before.mp3 !== sound.mp3)
        ports.afterCommit(() => {
          // What is left because of a crash here is swept.
          studio.removeSound(before).catch((error: unknown) => troubled('old sound', id, error))
        })
    })

  const fail = ({ id, runId }: Run, reason: string) =>
    apart('fail', async () => {
      const narration = await narrations.find(id)
      // Another run of it may have begun.
      if (narration && narration.runId !== runId) return
      narration?.fail(runId, reason, await speeches.spent(runId), clock.now())
      work.end(id)
    })

  const settle = async (run: Run, error: unknown): Promise<void> => {
    if (!(await narrations.isPresent(run.id, run.runId))) return work.handOver(run.id)
    if (error instanceof SpeechError && error.failure !== 'busy') return fail(run, error.reason)
    const wait = error instanceof SpeechError ? error.retryAfterMs : undefined
    if (!(error instanceof SpeechError)) troubled('narration', run.id, error)
    const attempts = await work.putOff(run.id, wait ?? firstDelayMs)
    if (attempts >= mostAttempts) return fail(run, error instanceof SpeechError ? error.reason : 'INTERNAL')
    if (wait === undefined) await work.retryIn(run.id, delayMs(attempts))
  }

  return async (id: string, stopping: AbortSignal): Promise<void> => {
    const run = await begin(id)
    if (!run) return
    const isWanted = () => narrations.isPresent(id, run.runId)
    await whileWanted(
      ports,
      { id, isWanted, stopping },
      (signal) =>
        leaveNothing(ports.people, studio, run.userId, async () => {
          await sayAll(ports, run, signal)
          await complete(run, await joinAll(ports, run, signal))
        }),
      // Another run of it may wait.
      (error, isEnded) => (isEnded ? work.handOver(id) : settle(run, error)),
    )
  }
}
