import type { Clock } from '#shared/domain/clock.ts'
import type { Database } from '#shared/infrastructure/database.ts'
import { pauseAfterSetback } from '../domain/patience.ts'
import { areFilling, isDue } from './shows.ts'

/** How long a claim lasts that nobody renews. */
export const claimMs = 15_000

/** The database that holds the work, and the mesh's time. */
interface Place {
  database: Database
  clock: Clock
}

/** Something of the database to be worked on, and what caused it. */
export type Claimed = { id: string; correlation_id: string; causation_id: string }
export type ClaimedDelivery = Claimed & { setbacks: number }

export const renewIn = (database: Database, table: string) => (ids: readonly string[]) =>
  database.sql(
    `update ${table} set claimed_until = clock_timestamp() + $2 * interval '1 millisecond'
     where id = any($1::uuid[]) and claimed_until > clock_timestamp()`,
    ids,
    claimMs,
  )

/** The event of its making. */
const requestOf = '(select e.id::text from event_store e where e.stream_id = d.id::text and e.event_version = 1)'

/** What is due at the mesh's time, taken by no other replica, and is not held back. */
export const claimDue = ({ database, clock }: Place, isUrgent: boolean, limit: number): Promise<ClaimedDelivery[]> =>
  database.sql<ClaimedDelivery>(
    `update deliveries d set claimed_until = clock_timestamp() + $2 * interval '1 millisecond'
     from (
       select id from deliveries
       where status = 'PENDING' and is_urgent = $4 and due_at <= $1 and retry_at <= statement_timestamp()
         and claimed_until < clock_timestamp()
       order by due_at limit $3 for update skip locked
     ) due
     where d.id = due.id
     returning d.id, d.correlation_id, d.setbacks, ${requestOf} as causation_id`,
    clock.now(),
    claimMs,
    limit,
    isUrgent,
  )

export const claimFanOuts = ({ database }: Place, limit: number): Promise<Claimed[]> =>
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

export const claimDigests = ({ database }: Place, limit: number): Promise<Claimed[]> =>
  database.sql<Claimed>(
    `update deliveries d set claimed_until = clock_timestamp() + $1 * interval '1 millisecond'
     from (
       select id from deliveries where items_left and claimed_until < clock_timestamp()
       order by id limit $2 for update skip locked
     ) due
     where d.id = due.id
     returning d.id, d.correlation_id, ${requestOf} as causation_id`,
    claimMs,
    limit,
  )

/** Shows that are to be reminded of at the mesh's time. */
export const claimReminders = ({ database, clock }: Place, limit: number): Promise<Claimed[]> =>
  database.sql<Claimed>(
    `update shows s set claimed_until = clock_timestamp() + $2 * interval '1 millisecond'
     from (
       select id from shows
       where ${isDue} and not ${areFilling} and claimed_until < clock_timestamp()
       order by remind_at limit $3 for update skip locked
     ) due
     where s.id = due.id
     returning s.id, s.correlation_id, s.causation_id`,
    clock.now(),
    claimMs,
    limit,
  )

/** For longer each time, so that it keeps nobody else waiting; to its provider it was no try. */
export const holdBack = ({ database }: Place, { id, setbacks }: ClaimedDelivery) =>
  database.sql(
    `update deliveries set claimed_until = clock_timestamp(), setbacks = setbacks + 1,
       retry_at = clock_timestamp() + $2 * interval '1 millisecond' where id = $1 and status = 'PENDING'`,
    id,
    pauseAfterSetback(setbacks),
  )
