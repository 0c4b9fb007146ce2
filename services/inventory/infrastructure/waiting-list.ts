import { decodeTimePosition, pageOf, writtenLimit } from '#shared/application/paging.ts'
import type { Database } from '#shared/infrastructure/database.ts'
import type { UnitOfWork } from '#shared/infrastructure/unit-of-work.ts'
import type { EntryView, WaitingList } from '../application/waiting-ports.ts'
import { WaitingListEntry } from '../domain/waiting-list-entry.ts'

const atOnce = 50

/** Whether what is available of a ticket type (`c`) is enough for somebody who waits for it. */
export const isWantedSql = `(c.available > 0 and (
  exists (select from waiting_wants w where w.ticket_type_id = c.id and w.party_size <= c.available)
  or exists (select from waiting_wants w where w.ticket_type_id = c.id and w.accepts_fewer)))`

// One probe of the index for each size of party: the first of each, then the first of those.
const wholeSql = `select w.entry_id as id from generate_series(1, least($2::integer, 100)) as s (size)
  cross join lateral (select entry_id, place from waiting_wants where ticket_type_id = $1 and party_size = s.size
    order by place limit 1) w
  order by w.place limit 1`

const partSql = `select entry_id as id from waiting_wants where ticket_type_id = $1 and accepts_fewer and $2::integer > 0
  order by place limit 1`

// Nobody waits for tickets of an event that is over.
const pageSql = (limit: number) => `select l.id, l.event_id as "eventId", l.ticket_type_ids as "ticketTypeIds",
    l.party_size as "partySize", l.accepts_fewer as "acceptsFewer", l.offered_type_id as "offeredTypeId",
    l.offered_quantity as "offeredQuantity", l.offer_expires_at as "offerExpiresAt", l.joined_at as "joinedAt",
    case when l.status = 'WAITING' and i.is_closed then 'LAPSED' else l.status end as status
  from waiting_list l left join inventories i on i.id = l.event_id
  where l.user_id = $1 and ($2::timestamptz is null or (l.joined_at, l.id) < ($2, $3::uuid))
  order by l.joined_at desc, l.id desc limit ${limit}`

type EntryRow = Record<string, unknown> & { [Name in keyof EntryView]: EntryView[Name] | null }

const viewOf = (row: EntryRow): EntryView =>
  Object.fromEntries(Object.entries(row).map(([name, value]) => [name, value ?? undefined])) as unknown as EntryView

const ids = (rows: readonly { id: string }[]): string[] => rows.map(({ id }) => id)

export const createWaitingList = (database: Database, unit: () => UnitOfWork): WaitingList => {
  const find = (entryId: string) => unit().find(WaitingListEntry, entryId)
  return {
    find,
    openOf: async (eventId, userId) => {
      const [entry] = await unit().select(
        WaitingListEntry,
        `event_id = $1 and user_id = $2 and status in ('WAITING', 'OFFERED', 'CLAIMED')`,
        eventId,
        userId,
      )
      return entry
    },
    add: (entry) => {
      unit().add(entry)
      unit().write({
        sql: `insert into waiting_wants (entry_id, ticket_type_id, party_size, accepts_fewer)
          select $1, id, $3::integer, $4::boolean from unnest($2::uuid[]) as wanted (id)`,
        parameters: [entry.id, entry.ticketTypeIds, entry.partySize, entry.acceptsFewer],
      })
    },
    unlist: (entryId) => unit().write({ sql: 'delete from waiting_wants where entry_id = $1', parameters: [entryId] }),
    wanted: async (eventId) =>
      ids(
        await database.look<{ id: string }>(
          `select t.id from ticket_types t join ticket_counts c on c.id = t.id where t.event_id = $1 and ${isWantedSql}
             order by t.price, t.name_key`,
          eventId,
        ),
      ),
    next: async (ticketTypeId, available) => {
      const [whole] = await database.look<{ id: string }>(wholeSql, ticketTypeId, available)
      const [first] = whole ? [whole] : await database.look<{ id: string }>(partSql, ticketTypeId, available)
      return first && find(first.id)
    },
    lapsing: async (now, seen, eventId) =>
      ids(
        await database.sql<{ id: string }>(
          `select id from waiting_list where status in ('OFFERED', 'CLAIMED') and offer_expires_at <= $1
             and ($3::uuid is null or event_id = $3) and id <> all($2::uuid[])
             order by offer_expires_at limit ${atOnce}`,
          now,
          seen,
          eventId ?? null,
        ),
      ),
    openOfUser: async (userId, seen) =>
      ids(
        await database.sql<{ id: string }>(
          `select id from waiting_list where user_id = $1 and status in ('WAITING', 'OFFERED', 'CLAIMED')
             and id <> all($2::uuid[]) limit ${atOnce}`,
          userId,
          seen,
        ),
      ),
    page: async (userId, size, token) => {
      const place = decodeTimePosition(token)
      const sql = pageSql(writtenLimit(size + 1))
      const rows = await database.sql<EntryRow>(sql, userId, place?.time ?? null, place?.id ?? null)
      return pageOf(rows.map(viewOf), size, ({ joinedAt, id }) => [joinedAt.getTime(), id])
    },
  }
}
