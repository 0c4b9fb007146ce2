import { type ConsumerInfo, JetStreamApiError } from '@nats-io/jetstream'
import { DomainError, unavailable } from '../../domain/errors.ts'
import { sourcesOf } from '../../infrastructure/consumer/sources.ts'
import { durableName } from '../../infrastructure/consumer/subscription.ts'
import { subjectOf } from '../../infrastructure/event-codec.ts'
import type { Nats } from '../../infrastructure/nats.ts'
import type { Row } from '../../infrastructure/prepared.ts'
import { findStream, isMissing, streamName } from '../../infrastructure/stream.ts'
import type { MeshParts } from './parts.ts'

/** How one consumer stands against one source stream. */
export interface Backlog {
  consumer: string
  source: string
  /** Events on the stream that it has not handled. */
  pending: number
  /** Whether it is subscribed, or there is no stream to subscribe to: else it may still have to catch up. */
  isSubscribed: boolean
  /** Letters that are not resolved, and those of them that are about to be tried again. */
  deadLetters: number
  redriving: number
  /** The process that reads, `host:pid`; empty when none does at present. */
  reader: string
  epoch: number
}

interface LeaseRow extends Row {
  consumer: string
  source: string
  epoch: number
  floor: number
  stream_created: string
  reader: string
}

interface LetterRow extends Row {
  consumer: string
  source: string
  open: number
  redriving: number
}

type Pending = Pick<Backlog, 'pending' | 'isSubscribed'>

const asking = async <T>(nats: Nats, ask: () => Promise<T>): Promise<T> => {
  const away = () => unavailable('EVENT_BUS_UNAVAILABLE', 'the event bus cannot be asked at present; try again')
  if (!nats.isConnected()) throw away()
  return ask().catch((error: unknown) => {
    throw error instanceof JetStreamApiError || error instanceof DomainError ? error : away()
  })
}

/** How many events of these types are on the source's stream now; undefined when there is no stream. */
export const onStream = async (nats: Nats, source: string, types: readonly string[]): Promise<number | undefined> =>
  asking(nats, async () => {
    const manager = await nats.manager()
    const stream = streamName(source)
    const info = await manager.streams
      .info(stream, { subjects_filter: `troupe.${source}.>` })
      .catch((error: unknown) => {
        if (isMissing(error)) return undefined
        throw error
      })
    if (!info) return undefined
    const counts = info.state.subjects ?? {}
    return types.reduce((sum, type) => sum + (counts[subjectOf(source, type)] ?? 0), 0)
  })

const durableOf = (nats: Nats, context: string, lease: LeaseRow): Promise<ConsumerInfo | undefined> =>
  asking(nats, async () => {
    const manager = await nats.manager()
    const name = durableName(context, lease.consumer, lease.epoch)
    return manager.consumers.info(streamName(lease.source), name).catch((error: unknown) => {
      if (isMissing(error)) return undefined
      throw error
    })
  })

const pendingOf = async (
  { context, nats }: MeshParts,
  source: string,
  types: readonly string[],
  lease: LeaseRow | undefined,
): Promise<Pending> => {
  const durable = lease && (await durableOf(nats, context, lease))
  if (durable) return { pending: durable.num_pending + durable.num_ack_pending, isSubscribed: true }
  const stream = await asking(nats, () => findStream(nats, source))
  if (!stream) return { pending: 0, isSubscribed: true }
  const isDone = stream.created === lease?.stream_created && stream.state.last_seq <= lease.floor
  return { pending: isDone ? 0 : ((await onStream(nats, source, types)) ?? 0), isSubscribed: false }
}

/** Every consumer of a context with every stream it reads. UNAVAILABLE while the event bus is away. */
export const backlogs = async (parts: MeshParts): Promise<Backlog[]> => {
  const { consumers, database } = parts
  const leases = await database.sql<LeaseRow>(
    `select consumer, source, epoch, floor, stream_created,
       case when expires_at > clock_timestamp() then holder else '' end as reader from consumer_leases`,
  )
  const letters = await database.sql<LetterRow>(
    `select consumer, source, count(*) as open, count(*) filter (where status = 'REDRIVING') as redriving
     from dead_letters where status <> 'RESOLVED' group by consumer, source`,
  )
  const pairs = consumers.flatMap((definition) =>
    [...sourcesOf(definition)].map(([source, schemas]) => ({
      consumer: definition.name,
      source,
      types: schemas.map(({ typeName }) => typeName),
    })),
  )
  return Promise.all(
    pairs.map(async ({ consumer, source, types }) => {
      const isIt = (row: { consumer: string; source: string }) => row.consumer === consumer && row.source === source
      const lease = leases.find(isIt)
      const held = letters.find(isIt)
      return {
        consumer,
        source,
        ...(await pendingOf(parts, source, types, lease)),
        deadLetters: held?.open ?? 0,
        redriving: held?.redriving ?? 0,
        reader: lease?.reader ?? '',
        epoch: lease?.epoch ?? 0,
      }
    }),
  )
}
