import type { Clock } from '#shared/domain/clock.ts'
import { batched } from '#shared/infrastructure/batched.ts'
import type { Database } from '#shared/infrastructure/database.ts'
import type { InventoryView, Reads, TypeView } from '../application/ports.ts'
import { sumOf } from '../domain/counts.ts'
import type { Offer, Sale } from '../domain/sale.ts'
import { eventNotFound } from '../domain/ticket-inventory.ts'

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

const viewsSql = `select ${eventColumns}, i.capacity, ${offerColumns}, t.description, c.total, c.held, c.committed, c.version
  from inventories i left join ticket_types t on t.event_id = i.id left join ticket_counts c on c.id = t.id
  where i.id = any($1::uuid[]) order by t.price, t.name_key`

const saleSql = `select ${eventColumns}, ${offerColumns},
    exists (select from holds where status = 'HELD' and expires_at <= $3 and event_id = $1) as "hasLapsed"
  from inventories i left join ticket_types t on t.event_id = i.id and t.id = any($2::uuid[])
    left join ticket_counts c on c.id = t.id
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

const viewOf = (rows: readonly TypeRow[], asOf: Date): InventoryView => {
  const [{ eventId, isClosed, capacity, currency }] = rows as [TypeRow]
  const ofTypes = rows.filter(({ id }) => id !== null)
  const types = ofTypes.map(typeView)
  const counts = sumOf(types.map((type) => type.counts))
  const version = ofTypes.reduce((sum, row) => sum + row.version, 0)
  return { eventId, isClosed, capacity, currency, counts, types, version, asOf }
}

const offerOf = (row: TypeRow & { id: string }): Offer => ({
  id: row.id,
  name: row.name,
  price: row.price,
  perOrderLimit: row.perOrderLimit,
  saleStartsAt: row.saleStartsAt ?? undefined,
  saleEndsAt: row.saleEndsAt ?? undefined,
  available: row.available,
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
    const rows = await database.look<TypeRow & { hasLapsed: boolean }>(saleSql, eventId, ticketTypeIds, now)
    const [first] = rows
    if (!first) throw eventNotFound()
    const { currency, isClosed, startsAt, endsAt, hasLapsed } = first
    const found = rows.filter((row): row is typeof row & { id: string } => row.id !== null)
    const offers = new Map(found.map((row) => [row.id, offerOf(row)]))
    return { eventId, currency, isClosed, startsAt, endsAt, offers, hasLapsed }
  },
})
