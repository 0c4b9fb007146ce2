import type { MessageInitShape } from '@bufbuild/protobuf'
import { type DeadLetterSchema, DeadLetterStatus as Status } from '#gen/troupe/mesh/v1/dead_letter_pb.ts'
import type { ListDeadLettersRequest } from '#gen/troupe/mesh/v1/mesh_service_pb.ts'
import { notFound, precondition } from '../../domain/errors.ts'
import { timestamp } from '../../domain/timestamp.ts'
import type { DeadLetterRow, DeadLetterStatus } from '../../infrastructure/consumer/dead-letters.ts'
import { currentUnit } from '../../infrastructure/unit-of-work.ts'
import { pageToken, positionOf } from './page-position.ts'
import type { MeshParts } from './parts.ts'
import { payloadJson } from './payload-json.ts'

type DeadLetter = MessageInitShape<typeof DeadLetterSchema>

const statuses: Record<DeadLetterStatus, Status> = {
  DEAD: Status.DEAD,
  PARKED: Status.PARKED,
  REDRIVING: Status.REDRIVING,
  RESOLVED: Status.RESOLVED,
}

const rowStatus = (status: Status): string | null =>
  Object.entries(statuses).find(([, value]) => value === status)?.[0] ?? null

/** What one context's consumers put aside. */
export const deadLetters = ({ context, database, descriptors }: MeshParts) => {
  const show = payloadJson(descriptors)

  const toProto = (row: DeadLetterRow): DeadLetter => ({
    id: row.id,
    context,
    consumer: row.consumer,
    eventId: row.event_id,
    eventType: row.event_type,
    aggregateId: row.aggregate_id,
    status: statuses[row.status],
    reason: row.reason,
    attempts: row.attempts,
    createdAt: timestamp(row.created_at),
    data: show(row.event_type, row.payload),
  })

  const find = async (id: string): Promise<DeadLetterRow> => {
    const [row] = await database.sql<DeadLetterRow>('select * from dead_letters where id = $1', id)
    if (!row) throw notFound('DEAD_LETTER_NOT_FOUND', `there is no dead letter ${id}`)
    return row
  }

  /** The letter that the others of its aggregate wait for: the first in the order in which they are tried. */
  const firstOf = async ({ consumer, aggregate_id }: DeadLetterRow): Promise<string | undefined> => {
    const [row] = await database.sql<{ id: string }>(
      `select id from dead_letters where consumer = $1 and aggregate_id = $2 and status <> 'RESOLVED'
       order by (headers->>'aggregateVersion')::int, id limit 1`,
      consumer,
      aggregate_id,
    )
    return row?.id
  }

  return {
    /** One page, oldest first. */
    list: async (request: ListDeadLettersRequest) => {
      const size = request.pageSize || 50
      const after = positionOf(request.pageToken)
      const rows = await database.sql<DeadLetterRow>(
        `select * from dead_letters
         where ($1::text = '' or consumer = $1) and case when $2::text is null then status <> 'RESOLVED' else status = $2 end
           and ($3::timestamptz is null or (created_at, id) > ($3, $4::uuid))
         order by created_at, id limit $5`,
        request.consumer,
        rowStatus(request.status),
        after?.createdAt ?? null,
        after?.id ?? null,
        size + 1,
      )
      const page = rows.slice(0, size)
      const last = page.at(-1)
      const nextPageToken = rows.length > size && last ? pageToken({ createdAt: last.created_at, id: last.id }) : ''
      return { deadLetters: page.map(toProto), nextPageToken }
    },

    get: async (id: string): Promise<DeadLetter> => toProto(await find(id)),

    /** Leaves a mark for the reader, which tries the letter and all that wait behind it, in order. */
    redrive: async (id: string): Promise<DeadLetter> => {
      const row = await find(id)
      if (row.status === 'RESOLVED') throw precondition('DEAD_LETTER_RESOLVED', `dead letter ${id} is resolved already`)
      // A parked one may have come to be the first: the reader that handled the one before it died.
      const first = row.status === 'PARKED' ? await firstOf(row) : undefined
      if (first !== undefined && first !== id) {
        const metadata = { dead_letter_id: first }
        throw precondition('DEAD_LETTER_PARKED', `it waits behind dead letter ${first}; redrive that one`, { metadata })
      }
      currentUnit().writeRows({
        sql: `update dead_letters set status = 'REDRIVING' where id = $1 and status = $2 returning 1`,
        parameters: [id, row.status],
      })
      return toProto({ ...row, status: 'REDRIVING' })
    },
  }
}
