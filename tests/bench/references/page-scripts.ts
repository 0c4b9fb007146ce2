import { onDatabase } from '../database.ts'
import type { Script } from '../load/pgbench.ts'

interface StoredPage {
  title: string
  content: string
  stream_type: string
  event_type: string
  event_data: string
  event_metadata: string
  payload: string
}

const stored = `select p.title, p.content, e.stream_type, e.event_type, e.event_data::text, e.event_metadata::text,
    '\\x' || encode(e.payload, 'hex') as payload
  from pages p join event_store e on e.stream_id = p.id::text limit 1`

const author = `('00000000-0000-7000-8000-' || lpad(:n::text, 12, '0'))::uuid`
const pageColumns = 'id, author_id, title, content, created_at, revision'
const page = `uuidv7(), ${author}, :title, :content, now(), 1`
const eventColumns =
  'id, stream_id, stream_type, event_type, event_data, event_metadata, event_version, occurred_at, payload'
const event = (id: string) =>
  `uuidv7(), ${id}::text, :stream_type, :event_type, :event_data::jsonb, :event_metadata::jsonb, 1, now(), :payload::bytea`

const transaction = `\\set n random(1, 1000)
begin;
insert into pages (${pageColumns}) values (${page}) returning id \\gset
insert into event_store (${eventColumns}) values (${event(':id')}) returning position \\gset
insert into outbox (position) values (:position);
commit;
`

const statement = `\\set n random(1, 1000)
with page as (insert into pages (${pageColumns}) values (${page}) returning id),
  event as (insert into event_store (${eventColumns}) select ${event('id')} from page returning position)
insert into outbox (position) select position from event;
`

/**
 * The same rows as the kernel writes, by values it has written to the database before: in a transaction of three
 * statements, and in one statement.
 */
export const pageScripts = async (database: string): Promise<{ transaction: Script; statement: Script }> => {
  const [row] = await onDatabase<StoredPage>(database, stored)
  if (!row) throw new Error('the kernel has written no page yet')
  const variables = { ...row }
  return {
    transaction: { name: 'page-transaction', text: transaction, variables },
    statement: { name: 'page-statement', text: statement, variables },
  }
}
