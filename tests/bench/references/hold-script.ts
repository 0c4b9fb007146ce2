import { onDatabase } from '../database.ts'
import type { Script } from '../load/pgbench.ts'

interface StoredHold {
  type: string
  event: string
  items: string
  stream_type: string
  event_type: string
  event_data: string
  event_metadata: string
  payload: string
}

const stored = `select h.items->0->>'ticketTypeId' as type, h.event_id::text as event, h.items::text,
    e.stream_type, e.event_type, e.event_data::text, e.event_metadata::text,
    '\\x' || encode(e.payload, 'hex') as payload
  from holds h join event_store e on e.stream_id = h.id::text limit 1`

// Apart from the mesh's own tables, where what is written would be carried away.
const tables = ['ticket_counts', 'holds', 'untold', 'event_store', 'outbox'].map(
  (table) => `create table reference.${table} (like ${table} including all) with (autovacuum_enabled = on)`,
)

const text = `with taken as (
    update reference.ticket_counts set available = available - 1, held = held + 1, version = version + 1
      where id = :type::uuid and available >= 1 returning id),
  hold as (insert into reference.holds (id, event_id, user_id, items, status, expires_at, changed_at, revision)
    select uuidv7(), :event::uuid, uuidv7(), :items::jsonb, 'HELD', now() + interval '10 minutes', now(), 1 from taken
    returning id),
  mark as (insert into reference.untold (event_id) select :event::uuid from taken),
  event as (insert into reference.event_store (id, stream_id, stream_type, event_type, event_data, event_metadata,
      event_version, occurred_at, payload)
    select uuidv7(), id::text, :stream_type, :event_type, :event_data::jsonb, :event_metadata::jsonb, 1, now(),
      :payload::bytea from hold returning position)
insert into reference.outbox (position) select position from event;
`

/**
 * The same rows as a hold of one ticket writes to inventory's database, by the same guarded update and with values of one
 * that was written there, in one statement, to tables of the same shape.
 */
export const holdScript = async (database: string): Promise<Script> => {
  const [row] = await onDatabase<StoredHold>(database, stored)
  if (!row) throw new Error('inventory has written no hold yet')
  await onDatabase(
    database,
    'create schema reference',
    ...tables,
    'insert into reference.ticket_counts select id, 1000000000, 1000000000, 0, 0, 1 from ticket_counts',
  )
  return { name: 'hold', text, variables: { ...row } }
}
