import { create, type DescMessage, type MessageInitShape, type MessageShape } from '@bufbuild/protobuf'
import type { Timestamp } from '@bufbuild/protobuf/wkt'
import { dateOf } from '#shared/domain/timestamp.ts'
import type { Happening } from '../application/announce.ts'
import type { Data } from '../domain/delivery-state.ts'

export type What = Omit<Happening, 'eventId' | 'eventType'>

/** An event, and what people are told of it; nothing when undefined. */
export interface Tells {
  schema: DescMessage
  whatOf(event: never, occurredAt: Date): What | undefined
  /** What it gives to texts. */
  example: Data
}

/** `example` is an event of which people are told; an empty one if not given. */
export const on = <Schema extends DescMessage>(
  schema: Schema,
  whatOf: (event: MessageShape<Schema>, occurredAt: Date) => What | undefined,
  example?: MessageInitShape<Schema>,
): Tells => ({
  schema,
  whatOf: whatOf as Tells['whatOf'],
  example: whatOf(create(schema, example), new Date(0))?.data ?? {},
})

export const time = (value: Timestamp | undefined) => ({ at: (dateOf(value) ?? new Date(0)).toISOString() })
