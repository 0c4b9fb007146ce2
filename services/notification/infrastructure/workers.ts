import type { Clock } from '#shared/domain/clock.ts'
import { type CallContext, runInCall } from '#shared/infrastructure/call-context.ts'
import type { Database } from '#shared/infrastructure/database.ts'
import { failpoint } from '#shared/infrastructure/failpoints.ts'
import { WorkLoop } from '#shared/infrastructure/process/work-loop.ts'
import type { Logger } from '#shared/infrastructure/telemetry/logger.ts'

const claimMs = 15_000
const renewMs = claimMs / 4
const deliveriesAtOnce = 16
const fanOutsAtOnce = 2
const pauseMs = 2_000
const graceMs = 5_000

/** Something of the database to be worked on, and what caused it. */
type Claimed = { id: string; correlation_id: string; causation_id: string }

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

/** What is due at the mesh's time, taken by no other replica, and was not tried just now. */
const claimDue = ({ database, clock }: Parts, limit: number): Promise<Claimed[]> =>
  database.sql<Claimed>(
    `update deliveries d set claimed_until = clock_timestamp() + $2 * interval '1 millisecond'
     from (
       select id from deliveries
       where status = 'PENDING' and due_at <= $1 and claimed_until < clock_timestamp()
         and retry_at <= clock_timestamp()
       order by due_at limit $3 for update skip locked
     ) due
     where d.id = due.id
     returning d.id, d.correlation_id,
       (select e.id::text from event_store e where e.stream_id = d.id::text and e.event_version = 1) as causation_id`,
    clock.now(),
    claimMs,
    limit,
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

const holdBack = ({ database }: Parts, id: string) =>
  database.sql(
    `update deliveries set claimed_until = clock_timestamp(),
       retry_at = clock_timestamp() + $2 * interval '1 millisecond' where id = $1 and status = 'PENDING'`,
    id,
    pauseMs,
  )

const deliveryLoop = (parts: Parts): WorkLoop<Claimed> =>
  new WorkLoop({
    name: 'deliveries',
    concurrency: deliveriesAtOnce,
    log: parts.log,
    renewMs,
    claim: (limit) => claimDue(parts, limit),
    renew: renewIn(parts.database, 'deliveries'),
    run: async (claimed, signal) => {
      try {
        failpoint('effect:before')
        await runInCall(callOf(claimed, 'delivery', signal), () => parts.sendDelivery(claimed.id, signal))
        failpoint('effect:after')
      } catch (error) {
        parts.log.warn('a delivery is tried again', { delivery: claimed.id, error })
        await holdBack(parts, claimed.id)
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
  const loops = [deliveryLoop(parts), fanOutLoop(parts)]
  const nextDue = async (): Promise<Date | undefined> => {
    const [row] = await database.sql<{ due: Date | null; crowds: boolean }>(
      `select (select min(due_at) from deliveries where status = 'PENDING' and due_at is not null) as due,
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
