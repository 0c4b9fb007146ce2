import { setTimeout as sleep } from 'node:timers/promises'
import { Code, ConnectError } from '@connectrpc/connect'
import { ErrorInfoSchema } from '#gen/google/rpc/error_details_pb.ts'
import type { GetClockResponse } from '#gen/troupe/mesh/v1/mesh_service_pb.ts'
import { unavailable } from '../../domain/errors.ts'
import { dateOf, timestamp } from '../../domain/timestamp.ts'
import { clockIsAhead } from './context-clock.ts'

interface Options {
  signal?: AbortSignal
  onHeader?(headers: Headers): void
}

/** The two rpcs that a context's clock is moved with. */
export interface ClockClient {
  getClock(request: { context: string }, options?: Options): Promise<GetClockResponse>
  setClock(request: { context: string; now: ReturnType<typeof timestamp> }, options?: Options): Promise<unknown>
}

export interface AdvanceClockParts {
  contexts: readonly string[]
  clientAt(context: string): ClockClient
  signal?: AbortSignal
  /** How long the mesh may take to come to rest at each stop; 60 s. */
  patienceMs?: number
  /** How often it is asked whether it has; 20 ms. */
  pollMs?: number
}

interface Look {
  context: string
  now: Date
  nextDue: Date | undefined
  waitsFor: string | undefined
}

const whyBusy = ({ quiet, waitsFor }: GetClockResponse, now: Date, nextDue: Date | undefined) => {
  if (!quiet) return waitsFor.join('; ') || 'work under way'
  return nextDue && nextDue <= now ? `what was due at ${nextDue.toISOString()}` : undefined
}

const isAhead = (error: unknown): boolean =>
  error instanceof ConnectError &&
  error.code === Code.FailedPrecondition &&
  error.findDetails(ErrorInfoSchema).some(({ reason }) => reason === clockIsAhead)

/**
 * The values of all, once each has come to an end. Whoever answers first that it cannot would else cancel the calls to the
 * others, and a cancelled probe leaves a circuit open: of several none would ever close.
 */
const everyOne = async <T>(calls: readonly Promise<T>[]): Promise<T[]> => {
  await Promise.allSettled(calls)
  return Promise.all(calls)
}

/**
 * Moves the clocks of all contexts forward by `byMs`, stopping at every time at which something falls due and waiting
 * there until the whole mesh has come to rest. Returns what the clocks say then, and at how many (context, due time)
 * pairs it stopped. Throws MESH_NOT_QUIET naming who is at work, and whatever a context refuses.
 */
export const advanceClock = async (parts: AdvanceClockParts, byMs: number): Promise<{ now: Date; timers: number }> => {
  const { contexts, clientAt, patienceMs = 60_000, pollMs = 20 } = parts
  const options = parts.signal ? { signal: parts.signal } : {}

  const look = async (context: string): Promise<Look> => {
    const answer = await clientAt(context).getClock({ context }, options)
    const now = dateOf(answer.now) ?? new Date(0)
    const nextDue = dateOf(answer.nextDue)
    return { context, now, nextDue, waitsFor: whyBusy(answer, now, nextDue) }
  }

  /** At rest means so twice in a row: work may have moved between contexts while they were asked. */
  const rest = async (): Promise<Look[]> => {
    const end = performance.now() + patienceMs
    for (let wasQuiet = false; ; ) {
      parts.signal?.throwIfAborted()
      const looks = await everyOne(contexts.map(look))
      const busy = looks.filter((each) => each.waitsFor !== undefined)
      if (busy.length === 0 && wasQuiet) return looks
      wasQuiet = busy.length === 0
      if (!wasQuiet && performance.now() > end) {
        const who = busy.map((each) => `${each.context} (${each.waitsFor})`).join(', ')
        throw unavailable('MESH_NOT_QUIET', `the mesh does not come to rest: ${who}`)
      }
      await sleep(pollMs, undefined, options)
    }
  }

  const moveOne = async (context: string, time: Date): Promise<void> => {
    try {
      await clientAt(context).setClock({ context, now: timestamp(time) }, options)
    } catch (error) {
      // It has come there by itself: clocks go on while they are moved.
      if (!isAhead(error)) throw error
    }
  }

  /** Tokens end by these clocks: who issues them must not be behind others. */
  const moveAll = async (time: Date): Promise<void> => {
    for (const context of contexts.filter((name) => name === 'identity')) await moveOne(context, time)
    await everyOne(contexts.filter((name) => name !== 'identity').map((context) => moveOne(context, time)))
  }

  const latest = (looks: readonly Look[]): number => Math.max(...looks.map(({ now }) => now.getTime()))

  let looks = await rest()
  const target = latest(looks) + byMs
  let timers = 0
  for (;;) {
    const due = looks.flatMap(({ nextDue }) => (nextDue && nextDue.getTime() <= target ? [nextDue.getTime()] : []))
    if (due.length === 0) break
    const next = Math.min(...due)
    timers += due.filter((time) => time === next).length
    await moveAll(new Date(next))
    looks = await rest()
  }
  await moveAll(new Date(target))
  looks = await rest()
  return { now: new Date(latest(looks)), timers }
}
