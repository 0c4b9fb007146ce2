import { type DescMessage, fromBinary, type MessageShape } from '@bufbuild/protobuf'
import { DeliverPolicy } from '@nats-io/jetstream'
import { subjectOf } from './event-codec.ts'
import type { Nats } from './nats.ts'
import { findStream, streamName } from './stream.ts'

const decoded = <Schema extends DescMessage>(schema: Schema, data: Uint8Array): MessageShape<Schema>[] => {
  try {
    return [fromBinary(schema, data)]
  } catch {
    return [] // no relay put that there
  }
}

/**
 * Events of a type that are still on a context's stream, oldest first; none when there is no stream. What nobody can
 * make out is left out.
 */
export const publishedEvents = async <Schema extends DescMessage>(
  nats: Nats,
  context: string,
  schema: Schema,
): Promise<MessageShape<Schema>[]> => {
  if (!(await findStream(nats, context))) return []
  const subject = subjectOf(context, schema.typeName)
  const consumer = await nats.js.consumers.get(streamName(context), {
    filter_subjects: [subject],
    deliver_policy: DeliverPolicy.All,
  })
  const { num_pending: pending } = await consumer.info()
  const events: MessageShape<Schema>[] = []
  if (pending === 0) return events
  const messages = await consumer.consume()
  for await (const message of messages) {
    events.push(...decoded(schema, message.data))
    if (message.info.pending === 0) break
  }
  return events
}
