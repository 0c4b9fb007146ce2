import { AckPolicy, type ConsumerMessages, DeliverPolicy, type JsMsg, ReplayPolicy } from '@nats-io/jetstream'
import { subjectOf } from '../event-codec.ts'
import type { Nats } from '../nats.ts'
import { findStream, isMissing, streamName } from '../stream.ts'
import type { Lease } from './lease.ts'

const prefetch = 256

export const durableName = (context: string, consumer: string, epoch: number): string =>
  `${context}_${consumer}-${epoch}`

/** How the source's stream stands against what the lease remembers. */
export const locate = async (
  nats: Nats,
  lease: Lease,
): Promise<{ created: string; first: number; known: boolean } | undefined> => {
  const stream = await findStream(nats, lease.source)
  if (!stream) return undefined
  return { created: stream.created, first: stream.state.first_seq, known: stream.created === lease.streamCreated }
}

const deleteQuietly = async (nats: Nats, stream: string, name: string): Promise<void> => {
  const manager = await nats.manager()
  await manager.consumers.delete(stream, name).catch((error: unknown) => {
    if (!isMissing(error)) throw error
  })
}

/** Opens the durable consumer of this epoch after the lease's floor and removes the previous one. */
export const subscribe = async (
  nats: Nats,
  context: string,
  lease: Lease,
  types: readonly string[],
  { ackWaitMs, receive }: { ackWaitMs: number; receive: (message: JsMsg) => void },
): Promise<ConsumerMessages> => {
  const manager = await nats.manager()
  const stream = streamName(lease.source)
  const name = durableName(context, lease.consumer, lease.epoch)
  await deleteQuietly(nats, stream, durableName(context, lease.consumer, lease.epoch - 1))
  await deleteQuietly(nats, stream, name)
  await manager.consumers.add(stream, {
    durable_name: name,
    ack_policy: AckPolicy.Explicit,
    ack_wait: ackWaitMs * 1_000_000,
    max_deliver: -1,
    max_ack_pending: prefetch * 2,
    deliver_policy: DeliverPolicy.StartSequence,
    opt_start_seq: lease.floor + 1,
    replay_policy: ReplayPolicy.Instant,
    filter_subjects: types.map((type) => subjectOf(lease.source, type)),
    inactive_threshold: 3600 * 1_000_000_000,
  })
  const consumer = await nats.js.consumers.get(stream, name)
  return consumer.consume({ max_messages: prefetch, abort_on_missing_resource: true, callback: receive })
}
