import {
  DiscardPolicy,
  JetStreamApiCodes,
  JetStreamApiError,
  RetentionPolicy,
  StorageType,
  type StreamInfo,
} from '@nats-io/jetstream'
import type { Nats } from './nats.ts'

const secondNs = 1_000_000_000
const dayNs = 24 * 60 * 60 * secondNs

export const streamName = (context: string): string => `TROUPE_${context.toUpperCase()}`

const missing: readonly number[] = [JetStreamApiCodes.StreamNotFound, JetStreamApiCodes.ConsumerNotFound]

/** Whether JetStream says that there is no such stream or consumer. */
export const isMissing = (error: unknown): boolean => error instanceof JetStreamApiError && missing.includes(error.code)

/** The stream as it is; undefined when it does not exist. */
export const findStream = async (nats: Nats, context: string): Promise<StreamInfo | undefined> => {
  const manager = await nats.manager()
  try {
    return await manager.streams.info(streamName(context))
  } catch (error) {
    if (isMissing(error)) return undefined
    throw error
  }
}

/** The context's stream, made where it is missing. A publish beyond the stream's limits fails and is tried again. */
export const ensureStream = async (nats: Nats, context: string, replicas: number): Promise<StreamInfo> => {
  const found = await findStream(nats, context)
  if (found) return found
  const manager = await nats.manager()
  return manager.streams.add({
    name: streamName(context),
    subjects: [`troupe.${context}.>`],
    retention: RetentionPolicy.Limits,
    discard: DiscardPolicy.New,
    storage: StorageType.File,
    num_replicas: replicas,
    max_age: 30 * dayNs,
    duplicate_window: 120 * secondNs,
    allow_msg_ttl: true,
    allow_direct: true,
  })
}
