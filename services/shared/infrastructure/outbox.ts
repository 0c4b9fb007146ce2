import type { Clock } from '../domain/clock.ts'
import type { Database } from './database.ts'
import type { EventContract } from './event-codec.ts'
import type { EventRow } from './event-store.ts'
import { natsHeaders } from './nats-headers.ts'

/**
 * What waits, oldest first, but for some that are about to leave. Each event is looked up by itself: a join planned while
 * the tables were small would go on reading the whole event store.
 */
export const waitingEvents = (
  database: Database,
  limit: number,
  leaving: readonly number[] = [],
): Promise<EventRow[]> =>
  database.sql<EventRow>(
    `select e.position, e.id, e.stream_id, e.stream_type, e.event_type, e.event_metadata, e.event_version,
       e.occurred_at, e.payload
     from (
       select position from outbox where position not in (select unnest($2::bigint[])) order by position limit $1
     ) o
     cross join lateral (select * from event_store where position = o.position limit 1) e
     order by o.position`,
    limit,
    leaving,
  )

/** An event that JetStream has, at a sequence of its stream. */
export interface Published {
  position: number
  sequence: number
}

/**
 * Removes what was acknowledged and notes how long the stream is. Waits for no disk: what a crash brings back is
 * published again, and taken for the repeat that it is.
 */
export const settlePublished = (
  database: Database,
  context: string,
  published: readonly Published[],
): Promise<unknown> =>
  database.sql(
    `with gone as (delete from outbox where position = any($1::bigint[])),
       unhurried as (select set_config('synchronous_commit', 'off', true))
     update relay_state set last_sequence = greatest(last_sequence, $2)
     from unhurried where stream = $3`,
    published.map((entry) => entry.position),
    Math.max(...published.map((entry) => entry.sequence)),
    context,
  )

/** The stream as last seen; undefined before the first time. */
export const rememberedStream = async (
  database: Database,
  context: string,
): Promise<{ created: string; last_sequence: number } | undefined> => {
  const [row] = await database.sql<{ created: string; last_sequence: number }>(
    'select created, last_sequence from relay_state where stream = $1',
    context,
  )
  return row
}

/** Remembers a stream; `refill` puts everything within retention into the outbox again. */
export const rememberStream = (
  database: Database,
  context: string,
  stream: { created: string; lastSequence: number; refill: boolean },
  contracts: ReadonlyMap<string, EventContract>,
  clock: Clock,
): Promise<unknown> => {
  const types = [...contracts.keys()]
  const since = types.map((type) => new Date(clock.now().getTime() - (contracts.get(type)?.retentionMs ?? 0)))
  return database.sql(
    `with back as (
       insert into outbox (position)
       select e.position from event_store e
       join unnest($1::text[], $2::timestamptz[]) as kept (type, since) on kept.type = e.event_type
       where $3::boolean and e.occurred_at > kept.since
       on conflict do nothing
     )
     insert into relay_state (stream, created, last_sequence) values ($4, $5, $6)
     on conflict (stream) do update set created = excluded.created, last_sequence = excluded.last_sequence`,
    types,
    since,
    stream.refill,
    context,
    stream.created,
    stream.lastSequence,
  )
}

/** CloudEvents' NATS binding, what JetStream wants to know, and what the mesh adds. */
export const eventHeaders = (context: string, row: EventRow, ttl: string, traceparent: string | undefined) => {
  const { correlationId, causationId, actor } = row.event_metadata
  return natsHeaders({
    'Nats-Msg-Id': row.id,
    'Nats-TTL': ttl,
    'ce-specversion': '1.0',
    'ce-id': row.id,
    'ce-type': row.event_type,
    'ce-source': `/troupe/${context}`,
    'ce-subject': row.stream_id,
    'ce-time': row.occurred_at.toISOString(),
    'ce-datacontenttype': 'application/protobuf',
    'ce-aggregatetype': row.stream_type,
    'ce-aggregateversion': String(row.event_version),
    'ce-position': String(row.position),
    'ce-correlationid': correlationId,
    'ce-causationid': causationId,
    'ce-actor': actor,
    traceparent,
  })
}
