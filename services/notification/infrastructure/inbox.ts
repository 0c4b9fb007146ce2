import type { Database } from '#shared/infrastructure/database.ts'
import type { Inbox, InboxEntry } from '../application/delivery-ports.ts'

const columns = `select id, sequence, kind, template, data, created_at as "createdAt", read_at as "readAt"
  from deliveries where recipient_id = $1 and sequence is not null`

const mostCounted = 1000

const entriesOf = (rows: readonly Record<string, unknown>[]): InboxEntry[] =>
  rows.map((row) => ({ ...row, readAt: row.readAt ?? undefined })) as unknown as InboxEntry[]

/** What people were told inside the platform, in the database. */
export const createInbox = (database: Database): Inbox => ({
  lastSequence: async (userId) => {
    const [row] = await database.sql<{ last: number }>(
      'select last_sequence as last from inboxes where user_id = $1',
      userId,
    )
    return row?.last ?? 0
  },
  newest: async (userId, before = Number.MAX_SAFE_INTEGER, unreadOnly, limit) => {
    const unread = unreadOnly ? 'and read_at is null' : ''
    const sql = `${columns} ${unread} and sequence < $2 order by sequence desc limit $3::integer`
    return entriesOf(await database.sql(sql, userId, before, limit))
  },
  after: async (userId, sequence, limit) =>
    entriesOf(
      await database.sql(`${columns} and sequence > $2 order by sequence limit $3::integer`, userId, sequence, limit),
    ),
  countUnread: async (userId, without, after = 0) => {
    const [row] = await database.sql<{ count: number }>(
      `select count(*) as count from (
         select 1 from deliveries where recipient_id = $1 and sequence is not null and read_at is null
           and sequence > $3 and id <> all($2::uuid[]) limit ${mostCounted}) unread`,
      userId,
      without,
      after,
    )
    return row?.count ?? 0
  },
})
