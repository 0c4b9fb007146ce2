import type { Clock } from '#shared/domain/clock.ts'
import { type CallContext, runInCall } from '#shared/infrastructure/call-context.ts'
import type { Database } from '#shared/infrastructure/database.ts'
import { failpoint } from '#shared/infrastructure/failpoints.ts'
import { type Work, WorkLoop } from '#shared/infrastructure/process/work-loop.ts'
import type { Logger } from '#shared/infrastructure/telemetry/logger.ts'
import {
  type Claimed,
  type ClaimedDelivery,
  claimDigests,
  claimDue,
  claimFanOuts,
  claimMs,
  claimReminders,
  holdBack,
  renewIn,
} from './claims.ts'
import { isToRemind } from './shows.ts'

const renewMs = claimMs / 4
const urgentAtOnce = 8
const othersAtOnce = 16
const steppingAtOnce = 2
const graceMs = 5_000

const callOf = ({ correlation_id, causation_id }: Claimed, cause: string, signal: AbortSignal): CallContext => ({
  principal: { kind: 'service', name: 'notification' },
  actor: 'service:notification',
  correlationId: correlation_id,
  causationId: causation_id,
  cause,
  traceparent: undefined,
  address: '',
  deadline: undefined,
  signal,
})

interface Parts {
  database: Database
  clock: Clock
  log: Logger
  sendDelivery(id: string, signal: AbortSignal): Promise<void>
  /** Returns whether there may be more. */
  fanOutStep(id: string): Promise<boolean>
  /** As `fanOutStep`, for what waited for a digest that is over. */
  followStep(id: string): Promise<boolean>
  remind(showId: string): Promise<void>
}

/** What is urgent has workers of its own: neither waits behind the other, however much there is of it. */
const deliveryLoop = (parts: Parts, isUrgent: boolean): WorkLoop<ClaimedDelivery> =>
  new WorkLoop({
    name: isUrgent ? 'urgent deliveries' : 'deliveries',
    concurrency: isUrgent ? urgentAtOnce : othersAtOnce,
    log: parts.log,
    renewMs,
    claim: (limit) => claimDue(parts, isUrgent, limit),
    renew: renewIn(parts.database, 'deliveries'),
    run: async (claimed, signal) => {
      try {
        failpoint('effect:before')
        await runInCall(callOf(claimed, 'delivery', signal), () => parts.sendDelivery(claimed.id, signal))
        failpoint('effect:after')
      } catch (error) {
        parts.log.warn('a delivery is tried again', { delivery: claimed.id, error })
        await holdBack(parts, claimed)
      }
    },
  })

/** Takes what is done in steps, until there are no more. */
const stepLoop = (
  { database, log }: Parts,
  steps: Pick<Work<Claimed>, 'name' | 'claim'> & { table: string; cause: string; step(id: string): Promise<boolean> },
): WorkLoop<Claimed> =>
  new WorkLoop({
    ...steps,
    concurrency: steppingAtOnce,
    log,
    renewMs,
    renew: renewIn(database, steps.table),
    run: (claimed, signal) =>
      runInCall(callOf(claimed, steps.cause, signal), async () => {
        for (let isMore = true; isMore && !signal.aborted; ) isMore = await steps.step(claimed.id)
      }),
  })

const fanOutLoop = (parts: Parts): WorkLoop<Claimed> =>
  stepLoop(parts, {
    name: 'fan-outs',
    cause: 'fan-out',
    table: 'fan_outs',
    claim: (limit) => claimFanOuts(parts, limit),
    step: parts.fanOutStep,
  })

const digestLoop = (parts: Parts): WorkLoop<Claimed> =>
  stepLoop(parts, {
    name: 'digests',
    cause: 'digest',
    table: 'deliveries',
    claim: (limit) => claimDigests(parts, limit),
    step: parts.followStep,
  })

const reminderLoop = (parts: Parts): WorkLoop<Claimed> =>
  stepLoop(parts, {
    name: 'reminders',
    cause: 'reminder',
    table: 'shows',
    claim: (limit) => claimReminders(parts, limit),
    step: async (id) => {
      await parts.remind(id)
      return false
    },
  })

const firstDueOf = (isUrgent: boolean) =>
  `(select min(due_at) from deliveries where status = 'PENDING' and due_at is not null and is_urgent = ${isUrgent})`

export interface Workers {
  start(): void
  stop(): Promise<void>
  wake(): void
  /** When the next delivery or reminder is due, in the mesh's time; now while something is done in steps. */
  nextDue(): Promise<Date | undefined>
  isQuiet(now: Date): Promise<boolean>
}

/** Sends what is due, reaches crowds and reminds of shows, side by side with other replicas. */
export const createWorkers = (parts: Parts): Workers => {
  const { database, clock } = parts
  const deliveries = [deliveryLoop(parts, true), deliveryLoop(parts, false)]
  const loops = [...deliveries, fanOutLoop(parts), digestLoop(parts), reminderLoop(parts)]
  const nextDue = async (): Promise<Date | undefined> => {
    const [row] = await database.sql<{ due: Date | null; steps: boolean }>(
      `select least(${firstDueOf(true)}, ${firstDueOf(false)},
           (select min(remind_at) from shows where ${isToRemind})) as due,
         exists (select from fan_outs where status = 'RUNNING')
           or exists (select from deliveries where items_left) as steps`,
      clock.now(),
    )
    return row?.steps ? clock.now() : (row?.due ?? undefined)
  }
  return {
    start: () => {
      for (const loop of loops) loop.start()
    },
    stop: async () => {
      await Promise.all(loops.map((loop) => loop.stop(graceMs)))
    },
    wake: () => {
      for (const loop of loops) loop.wake()
    },
    nextDue,
    isQuiet: async (now) => {
      const due = await nextDue()
      return due === undefined || due > now
    },
  }
}
