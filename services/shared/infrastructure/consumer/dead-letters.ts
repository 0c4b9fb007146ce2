import type { Database } from '../database.ts'
import type { Row } from '../prepared.ts'
import type { Statement } from '../statement.ts'
import { uuidv7 } from '../uuid.ts'
import { type Delivery, type DeliveryHeaders, fromHeaders, headersOf } from './delivery.ts'

export type DeadLetterStatus = 'DEAD' | 'PARKED' | 'REDRIVING' | 'RESOLVED'

export interface DeadLetterRow extends Row {
  id: string
  consumer: string
  source: string
  event_id: string
  event_type: string
  aggregate_id: string
  sequence: number
  headers: DeliveryHeaders
  payload: Buffer
  status: DeadLetterStatus
  reason: string
  attempts: number
  created_at: Date
}

export const deliveryOf = (letter: DeadLetterRow): Delivery =>
  fromHeaders(letter.headers, letter.payload, letter.sequence)

/**
 * Puts a delivery aside and returns the letter's id; a repeat of one that is there already changes nothing. Undefined
 * when an epoch is given that is not the lease's: another reader has it now, and nothing is put aside.
 */
export const putAside = async (
  database: Database,
  letter: {
    consumer: string
    source: string
    epoch?: number
    delivery: Delivery
    status: 'DEAD' | 'PARKED'
    reason: string
    attempts: number
    now: Date
  },
): Promise<string | undefined> => {
  const [row] = await database.sql<{ id: string }>(
    `with lease as (select epoch from consumer_leases where consumer = $2 and source = $3 for share)
     insert into dead_letters (id, consumer, source, event_id, event_type, aggregate_id, correlation_id, sequence,
       headers, payload, status, reason, attempts, created_at)
     select $1::uuid, $2, $3, $4::uuid, $5, $6, $7, $8::bigint, $9::jsonb, $10::bytea, $11, $12, $13::int, $14::timestamptz
     where $15::int is null or $15::int = (select epoch from lease)
     on conflict (consumer, event_id) do update set status = dead_letters.status
     returning id`,
    uuidv7(letter.now.getTime()),
    letter.consumer,
    letter.source,
    letter.delivery.eventId,
    letter.delivery.type,
    letter.delivery.aggregateId,
    letter.delivery.correlationId,
    letter.delivery.sequence,
    JSON.stringify(headersOf(letter.delivery)),
    letter.delivery.payload,
    letter.status,
    letter.reason.replaceAll('\0', '').slice(0, 2000),
    letter.attempts,
    letter.now,
    letter.epoch ?? null,
  )
  return row?.id
}

/** The aggregates whose events wait, with the letter each waits for. */
export const heldAggregates = async (
  database: Database,
  consumer: string,
  source: string,
): Promise<Map<string, string>> => {
  const rows = await database.look<{ aggregate_id: string; id: string }>(
    `select aggregate_id, (array_agg(id order by sequence, id))[1]::text as id from dead_letters
     where consumer = $1 and source = $2 and status <> 'RESOLVED' group by aggregate_id`,
    consumer,
    source,
  )
  return new Map(rows.map((row) => [row.aggregate_id, row.id]))
}

/** What is held of one aggregate, in the order of its events. */
export const heldLetters = (database: Database, consumer: string, aggregateId: string): Promise<DeadLetterRow[]> =>
  database.sql<DeadLetterRow>(
    `select * from dead_letters where consumer = $1 and aggregate_id = $2 and status <> 'RESOLVED'
     order by (headers->>'aggregateVersion')::int, id limit 500`,
    consumer,
    aggregateId,
  )

/** Notes that a letter failed again; those behind it wait, whatever an operator wished for them. */
export const failAgain = (
  database: Database,
  { id, consumer, aggregate_id: aggregateId }: DeadLetterRow,
  reason: string,
  attempts: number,
): Promise<unknown> =>
  database.sql(
    `with failed as (
       update dead_letters set status = 'DEAD', reason = $2, attempts = attempts + $3 where id = $1
     )
     update dead_letters set status = 'PARKED'
     where consumer = $4 and aggregate_id = $5 and id <> $1 and status = 'REDRIVING'`,
    id,
    reason.replaceAll('\0', '').slice(0, 2000),
    attempts,
    consumer,
    aggregateId,
  )

/** Marks a letter as handled, in the statement that writes its effects. */
export const writeResolved = (statement: Statement, id: string): void => {
  statement.add(`update dead_letters set status = 'RESOLVED' where id = ${statement.value(id)}`)
}
