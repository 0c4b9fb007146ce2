import type { Clock } from '#shared/domain/clock.ts'
import { batched } from '#shared/infrastructure/batched.ts'
import type { Database } from '#shared/infrastructure/database.ts'
import type { InventoryView, Reads, TypeView } from '../application/ports.ts'
import { sumOf } from '../domain/counts.ts'
import type { Offer, Sale } from '../domain/sale.ts'
import { eventNotFound } from '../domain/ticket-inventory.ts'
import { isInForce, type RoomTerms } from '../domain/waiting-room.ts'
import { isWantedSql } from './waiting-list.ts'

const eventsAtOnce = 50

interface EventRow {
  [column: string]: unknown
  eventId: string
  currency: string
  isClosed: boolean
  startsAt: Date
  endsAt: Date
}

interface TypeRow extends EventRow {
  capacity: number
  opensAt: Date | null
  closesAt: Date | null
  admitPerMinute: number
  turnMs: number
  id: string | null
  name: string
  description: string
  price: number
  saleStartsAt: Date | null
  saleEndsAt: Date | null
  perOrderLimit: number
  total: number
  available: number
  held: number
  committed: number
  version: number
}

const eventColumns = `i.id as "eventId", i.currency, i.is_closed as "isClosed", i.starts_at as "startsAt", i.ends_at as "endsAt"`
const offerColumns = `t.id, t.name, t.price, t.per_order_limit as "perOrderLimit", t.sale_starts_at as "saleStartsAt",
  t.sale_ends_at as "saleEndsAt", c.available`

const viewsSql = `select ${eventColumns}, i.capacity, ${offerColumns}, t.description, c.total, c.held, c.committed, c.version,
    r.opens_at as "opensAt", r.closes_at as "closesAt", r.admit_per_minute as "admitPerMinute", r.turn_ms as "turnMs"
  from inventories i left join ticket_types t on t.event_id = i.id left join ticket_counts c on c.id = t.id
    left join waiting_rooms r on r.id = i.id
  where i.id = any($1::uuid[]) order by t.price, t.name_key`

const saleSql = `select ${eventColumns}, ${offerColumns}, ${isWantedSql} as "isWanted",
    exists (select from holds where status = 'HELD' and expires_at <= $3 and event_id = $1)
      or exists (select from waiting_list where status in ('OFFERED', 'CLAIMED') and offer_expires_at <= $3
        and event_id = $1) as "hasLapsed",
    r.id is not null and coalesce(r.closes_at, 'infinity'::timestamptz) > $3 as "isQueued"
  from inventories i left join ticket_types t on t.event_id = i.id and t.id = any($2::uuid[])
    left join ticket_counts c on c.id = t.id left join waiting_rooms r on r.id = i.id
  where i.id = $1`

const typeView = (row: TypeRow): TypeView => ({
  id: row.id ?? '',
  name: row.name,
  description: row.description,
  price: row.price,
  counts: { total: row.total, available: row.available, held: row.held, committed: row.committed },
  saleStartsAt: row.saleStartsAt ?? undefined,
  saleEndsAt: row.saleEndsAt ?? row.startsAt,
  perOrderLimit: row.perOrderLimit,
})

const roomOf = ({ opensAt, closesAt, admitPerMinute, turnMs }: TypeRow, now: Date): RoomTerms | undefined => {
  if (!opensAt) return undefined
  const terms = { opensAt, closesAt: closesAt ?? undefined, admitPerMinute, turnMs }
  return isInForce(terms, now) ? terms : undefined
}

const viewOf = (rows: readonly TypeRow[], asOf: Date): InventoryView => {
  const [first] = rows as [TypeRow]
  const { eventId, isClosed, capacity, currency } = first
  const ofTypes = rows.filter(({ id }) => id !== null)
  const types = ofTypes.map(typeView)
  const counts = sumOf(types.map((type) => type.counts))
  const version = ofTypes.reduce((sum, row) => sum + row.version, 0)
  return { eventId, isClosed, capacity, currency, counts, types, version, waitingRoom: roomOf(first, asOf), asOf }
}

type SaleRow = TypeRow & Pick<Offer, 'isWanted'> & Pick<Sale, 'hasLapsed' | 'isQueued'>

const offerOf = (row: SaleRow & { id: string }): Offer => ({
  id: row.id,
  name: row.name,
  price: row.price,
  perOrderLimit: row.perOrderLimit,
  saleStartsAt: row.saleStartsAt ?? undefined,
  saleEndsAt: row.saleEndsAt ?? undefined,
  available: row.available,
  isWanted: row.isWanted,
})

/** Reads the counters as they are; who asks at the same time is answered by one statement. */
export const createReads = (database: Database, clock: Clock): Reads => ({
  inventory: batched(async (eventIds) => {
    const asOf = clock.now()
    const rows = await database.look<TypeRow>(viewsSql, eventIds)
    const byEvent = Map.groupBy(rows, ({ eventId }) => eventId)
    return new Map([...byEvent].map(([eventId, ofEvent]) => [eventId, viewOf(ofEvent, asOf)]))
  }, eventsAtOnce),
  sale: async (eventId, ticketTypeIds, now): Promise<Sale> => {
    const rows = await database.look<SaleRow>(saleSql, eventId, ticketTypeIds, now)
    const [first] = rows
    if (!first) throw eventNotFound()
    const { currency, isClosed, startsAt, endsAt, hasLapsed, isQueued } = first
    const found = rows.filter((row): row is typeof row & { id: string } => row.id !== null)
    const offers = new Map(found.map((row) => [row.id, offerOf(row)]))
    return { eventId, currency, isClosed, startsAt, endsAt, offers, hasLapsed, isQueued }
  },
})
