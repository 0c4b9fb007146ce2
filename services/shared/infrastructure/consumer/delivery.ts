import type { JsMsg } from '@nats-io/jetstream'
import type { EventRecord } from '#gen/troupe/mesh/v1/event_record_pb.ts'
import { dateOf } from '../../domain/timestamp.ts'
import { headerOf } from '../nats-headers.ts'
import { derivedUuid, isUuid } from '../uuid.ts'

/** One event on its way to one consumer, from the stream, the source's store or the dead letters. */
export interface Delivery {
  eventId: string
  type: string
  aggregateId: string
  aggregateVersion: number
  occurredAt: Date
  correlationId: string
  actor: string
  traceparent: string | undefined
  position: number
  /** On the stream; 0 when it came from the store. */
  sequence: number
  payload: Uint8Array
}

/** The headers that a dead letter keeps, to be handled again later. */
export type DeliveryHeaders = Omit<Delivery, 'payload' | 'sequence' | 'occurredAt'> & { occurredAt: string }

export const headersOf = ({ payload: _, sequence: __, occurredAt, ...rest }: Delivery): DeliveryHeaders => ({
  ...rest,
  occurredAt: occurredAt.toISOString(),
})

export const fromHeaders = (headers: DeliveryHeaders, payload: Uint8Array, sequence: number): Delivery => ({
  ...headers,
  occurredAt: new Date(headers.occurredAt),
  traceparent: headers.traceparent,
  payload,
  sequence,
})

const numberOf = (text: string): number => (/^\d{1,15}$/.test(text) ? Number(text) : 0)

// An id or a type of ours is shorter; a row of an index holds no more than 2,700 bytes, and text no U+0000.
const longestHeader = 300

/** Whoever put it on the stream: what it does not say of itself gets a value that it can be put aside with. */
export const fromStream = (message: JsMsg): Delivery => {
  const { headers } = message
  const header = (name: string) => headerOf(headers, name).replaceAll('\0', '').slice(0, longestHeader)
  const id = header('ce-id')
  const time = new Date(header('ce-time'))
  return {
    eventId: isUuid(id) ? id : derivedUuid(`${message.info.stream}:${message.timestamp}`, String(message.seq)),
    type: header('ce-type'),
    aggregateId: header('ce-subject'),
    aggregateVersion: numberOf(header('ce-aggregateversion')),
    occurredAt: Number.isNaN(time.getTime()) ? new Date(message.timestamp) : time,
    correlationId: header('ce-correlationid'),
    actor: header('ce-actor'),
    traceparent: header('traceparent') || undefined,
    position: numberOf(header('ce-position')),
    sequence: message.seq,
    payload: message.data,
  }
}

export const fromRecord = (record: EventRecord): Delivery => ({
  eventId: record.id,
  type: record.type,
  aggregateId: record.aggregateId,
  aggregateVersion: record.aggregateVersion,
  occurredAt: dateOf(record.occurredAt) ?? new Date(0),
  correlationId: record.correlationId,
  actor: record.actor,
  traceparent: undefined,
  position: Number(record.position),
  sequence: 0,
  payload: record.payload,
})
