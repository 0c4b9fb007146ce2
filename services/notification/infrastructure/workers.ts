import type { Clock } from '#shared/domain/clock.ts'
import { type CallContext, runInCall } from '#shared/infrastructure/call-context.ts'
import type { Database } from '#shared/infrastructure/database.ts'
import { failpoint } from '#shared/infrastructure/failpoints.ts'
import { WorkLoop } from '#shared/infrastructure/process/work-loop.ts'
import type { Logger } from '#shared/infrastructure/telemetry/logger.ts'
import { pauseAfterSetback } from '../domain/patience.ts'

const claimMs = 15_000
const renewMs = claimMs / 4
const urgentAtOnce = 8
const othersAtOnce = 16
const fanOutsAtOnce = 2
const graceMs = 5_000

/** Something of the database to be worked on, and what caused it. */
type Claimed = { id: string; correlation_id: string; causation_id: string }
type ClaimedDelivery = Claimed & { setbacks: number }

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
}

const renewIn = (database: Database, table: string) => (ids: readonly string[]) =>
  database.sql(
    `update ${table} set claimed_until = clock_timestamp() + $2 * interval '1 millisecond'
     where id = any($1::uuid[]) and claimed_until > clock_timestamp()`,
    ids,
    claimMs,
  )

/** What is due at the mesh's time, taken by no other replica, and is not held back. */
const claimDue = ({ database, clock }: Parts, isUrgent: boolean, limit: number): Promise<ClaimedDelivery[]> =>
  database.sql<ClaimedDelivery>(
    `update deliveries d set claimed_until = clock_timestamp() + $2 * interval '1 millisecond'
     from (
       select id from deliveries
       where status = 'PENDING' and is_urgent = $4 and due_at <= $1 and retry_at <= statement_timestamp()
         and claimed_until < clock_timestamp()
       order by due_at limit $3 for update skip locked
     ) due
     where d.id = due.id
     returning d.id, d.correlation_id, d.setbacks,
       (select e.id::text from event_store e where e.stream_id = d.id::text and e.event_version = 1) as causation_id`,
    clock.now(),
    claimMs,
    limit,
    isUrgent,
  )

const claimFanOuts = ({ database }: Parts, limit: number): Promise<Claimed[]> =>
  database.sql<Claimed>(
    `update fan_outs f set claimed_until = clock_timestamp() + $1 * interval '1 millisecond'
     from (
       select id from fan_outs where status = 'RUNNING' and claimed_until < clock_timestamp()
       order by created_at limit $2 for update skip locked
     ) due
     where f.id = due.id
     returning f.id, f.correlation_id, f.causation_id`,
    claimMs,
    limit,
  )

/** For longer each time, so that it keeps nobody else waiting; to its provider it was no try. */
const holdBack = ({ database }: Parts, { id, setbacks }: ClaimedDelivery) =>
  database.sql(
    `update deliveries set claimed_until = clock_timestamp(), setbacks = setbacks + 1,
       retry_at = clock_timestamp() + $2 * interval '1 millisecond' where id = $1 and status = 'PENDING'`,
    id,
    pauseAfterSetback(setbacks),
  )

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

const fanOutLoop = (parts: Parts): WorkLoop<Claimed> =>
  new WorkLoop({
    name: 'fan-outs',
    concurrency: fanOutsAtOnce,
    log: parts.log,
    renewMs,
    claim: (limit) => claimFanOuts(parts, limit),
    renew: renewIn(parts.database, 'fan_outs'),
    run: (claimed, signal) =>
      runInCall(callOf(claimed, 'fan-out', signal), async () => {
        for (let isMore = true; isMore && !signal.aborted; ) isMore = await parts.fanOutStep(claimed.id)
      }),
  })

const firstDueOf = (isUrgent: boolean) =>
  `(select min(due_at) from deliveries where status = 'PENDING' and due_at is not null and is_urgent = ${isUrgent})`

export interface Workers {
  start(): void
  stop(): Promise<void>
  wake(): void
  /** When the next delivery is due, in the mesh's time; now while something goes out to many. */
  nextDue(): Promise<Date | undefined>
  isQuiet(now: Date): Promise<boolean>
}

/** Sends what is due and reaches crowds, side by side with other replicas. */
export const createWorkers = (parts: Parts): Workers => {
  const { database, clock } = parts
  const loops = [deliveryLoop(parts, true), deliveryLoop(parts, false), fanOutLoop(parts)]
  const nextDue = async (): Promise<Date | undefined> => {
    const [row] = await database.sql<{ due: Date | null; crowds: boolean }>(
      `select least(${firstDueOf(true)}, ${firstDueOf(false)}) as due,
         exists (select from fan_outs where status = 'RUNNING') as crowds`,
    )
    return row?.crowds ? clock.now() : (row?.due ?? undefined)
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
