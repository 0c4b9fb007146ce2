import type { MessageInitShape } from '@bufbuild/protobuf'
import type { EventRecordSchema } from '#gen/troupe/mesh/v1/event_record_pb.ts'
import type { ListRecentEventsRequest, ReadEventsRequest } from '#gen/troupe/mesh/v1/mesh_service_pb.ts'
import { denied } from '../../domain/errors.ts'
import { timestamp } from '../../domain/timestamp.ts'
import type { Principal } from '../../infrastructure/call-context.ts'
import type { EventRow } from '../../infrastructure/event-store.ts'
import type { MeshParts } from './parts.ts'
import { payloadJson } from './payload-json.ts'

// Half of what one message may hold.
const maxPageBytes = 2 * 1024 * 1024

type EventRecord = MessageInitShape<typeof EventRecordSchema>

const columns = 'position, id, stream_id, stream_type, event_type, event_metadata, event_version, occurred_at, payload'

/** As many rows as fit into one message, but at least one. */
const fitting = (rows: readonly EventRow[]): EventRow[] => {
  let bytes = 0
  return rows.filter((row, index) => {
    bytes += row.payload.length + 500
    return index === 0 || bytes <= maxPageBytes
  })
}

/** One context's event store, for other contexts and for operators. */
export const storedEvents = ({ context, contracts, database, descriptors }: MeshParts) => {
  const show = payloadJson(descriptors)
  const published = [...contracts].filter(([, contract]) => contract.published).map(([type]) => type)

  const toRecord = (row: EventRow): EventRecord => ({
    id: row.id,
    context,
    type: row.event_type,
    aggregateType: row.stream_type,
    aggregateId: row.stream_id,
    aggregateVersion: row.event_version,
    position: BigInt(row.position),
    occurredAt: timestamp(row.occurred_at),
    correlationId: row.event_metadata.correlationId,
    causationId: row.event_metadata.causationId,
    actor: row.event_metadata.actor,
  })

  const readable = (types: readonly string[], principal: Principal): readonly string[] => {
    if (types.length === 0) return published
    if (principal.kind === 'service' && principal.name === context) return types
    const internal = types.find((type) => contracts.get(type)?.published === false)
    if (internal) throw denied('EVENT_IS_INTERNAL', `${internal} does not leave its context`)
    return types.filter((type) => published.includes(type))
  }

  return {
    /**
     * A page of events after a position, wire bytes only. Events that are internal to the context are for itself
     * alone, and only when it names them. A page is shorter than asked for where it would grow beyond 2 MiB.
     */
    read: async (request: ReadEventsRequest, principal: Principal) => {
      const size = request.pageSize || 200
      const rows = await database.sql<EventRow>(
        `select ${columns} from event_store where position > $1 and event_type = any($2::text[])
         order by position limit $3`,
        String(request.afterPosition),
        readable(request.types, principal),
        size + 1,
      )
      const page = fitting(rows.slice(0, size))
      return {
        events: page.map((row) => ({ ...toRecord(row), payload: row.payload })),
        more: rows.length > page.length,
      }
    },

    /** The newest events, newest first, as JSON with personal data hidden; without the wire bytes, which hold it. */
    recent: async (request: ListRecentEventsRequest) => {
      const rows = await database.sql<EventRow>(
        `select ${columns} from event_store
         where ($1::text = '' or stream_id = $1) and ($2::text = '' or event_type = $2)
         order by occurred_at desc, position desc limit $3`,
        request.aggregateId,
        request.type,
        request.pageSize || 20,
      )
      return rows.map((row) => ({ ...toRecord(row), data: show(row.event_type, row.payload) }))
    },
  }
}
