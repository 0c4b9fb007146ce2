import { type Aggregate, type RecordedEvent, recordedEvents } from '../domain/aggregate.ts'
import { callContext } from './call-context.ts'
import { type EncodedEvent, encodeEvent } from './event-codec.ts'
import type { Statement } from './statement.ts'
import { uuidv7 } from './uuid.ts'

/** Where an event comes from. */
export interface EventMetadata {
  correlationId: string
  causationId: string
  /** What the causation id names, e.g. the rpc's path or `consumer:authors`. */
  cause: string
  /** A user id, `service:<name>`, or empty. */
  actor: string
  traceparent?: string
}

/** An event as its table holds it. */
export interface EventRow {
  [column: string]: unknown
  position: number
  id: string
  stream_id: string
  stream_type: string
  event_type: string
  event_metadata: EventMetadata
  event_version: number
  occurred_at: Date
  payload: Buffer
}

export interface StoredEvent extends EncodedEvent {
  id: string
  streamId: string
  version: number
  occurredAt: Date
}

/**
 * The events of a unit's aggregates as they will be stored: numbered on from each aggregate's revision, personal data
 * `sealed`.
 */
export const storedEvents = (
  aggregates: readonly Aggregate[],
  now: Date,
  sealed: (event: RecordedEvent) => RecordedEvent,
): StoredEvent[] =>
  aggregates.flatMap((aggregate) =>
    recordedEvents(aggregate)
      .map(sealed)
      .map((event, index) => ({
        ...encodeEvent(event.schema, event.message),
        id: uuidv7(now.getTime()),
        streamId: aggregate.id,
        version: baseRevision(aggregate) + index + 1,
        occurredAt: now,
      })),
  )

// A new aggregate has no revision yet; a replayed event-sourced one counts what it raised since.
const baseRevision = (aggregate: Aggregate): number => aggregate.revision ?? 0

const columns =
  'id, stream_id, stream_type, event_type, event_data, event_metadata, event_version, occurred_at, payload'

/** Adds the events and their outbox rows to a statement. */
export const writeEvents = (statement: Statement, events: readonly StoredEvent[]): void => {
  if (events.length === 0) return
  const { correlationId, causationId, cause, actor, traceparent } = callContext()
  const metadata: EventMetadata = { correlationId, causationId, cause, actor }
  if (traceparent) metadata.traceparent = traceparent
  const shared = statement.value(JSON.stringify(metadata))
  const rows = events.map((event) => {
    const own = [event.id, event.streamId, event.aggregateType, event.type, event.json]
    const rest = [event.version, event.occurredAt, event.payload]
    const [id, stream, streamType, type, json] = own.map((value) => statement.value(value))
    const [version, at, payload] = rest.map((value) => statement.value(value))
    return `(${id}::uuid, ${stream}, ${streamType}, ${type}, ${json}::jsonb, ${shared}::jsonb, ${version}::int, ${at}::timestamptz, ${payload}::bytea)`
  })
  const stored = statement.add(`insert into event_store (${columns}) values ${rows.join(', ')} returning position`)
  statement.add(`insert into outbox (position) select position from ${stored}`)
}
