import type { MessageInitShape } from '@bufbuild/protobuf'
import type { GetLagResponseSchema } from '#gen/troupe/mesh/v1/mesh_service_pb.ts'
import { duration } from '../../domain/timestamp.ts'
import { backlogs } from './backlog.ts'
import type { MeshParts } from './parts.ts'

const relayLag = async ({ clock, context, database }: MeshParts) => {
  const [row] = await database.sql<{ pending: number; oldest: Date | null }>(
    `select (select count(*) from outbox) as pending,
       (select occurred_at from event_store
        where position = (select position from outbox order by position limit 1)) as oldest`,
  )
  const oldest = row?.oldest ? { oldest: duration(Math.max(0, clock.now().getTime() - row.oldest.getTime())) } : {}
  return { context, pending: BigInt(row?.pending ?? 0), ...oldest }
}

/** How far a context's relay is behind its database, and its consumers behind their streams. */
export const lag = async (parts: MeshParts): Promise<MessageInitShape<typeof GetLagResponseSchema>> => {
  const [relay, found] = await Promise.all([relayLag(parts), backlogs(parts)])
  const consumers = found.map(({ consumer, source, pending, deadLetters, reader, epoch }) => ({
    context: parts.context,
    consumer,
    source,
    pending: BigInt(pending),
    deadLetters: BigInt(deadLetters),
    reader,
    epoch,
  }))
  return { relays: [relay], consumers }
}
