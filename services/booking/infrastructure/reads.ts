import { placeOf, timeValue, uuidValue } from '#shared/application/page-values.ts'
import { pageOf, writtenLimit } from '#shared/application/paging.ts'
import type { Database } from '#shared/infrastructure/database.ts'
import type { Reads, TicketCodes } from '../application/ports.ts'
import type { Page } from '../application/views.ts'
import { reservationNotFound } from '../domain/reservation-state.ts'
import { ticketNotFound } from '../domain/ticket.ts'
import {
  type HistoryRow,
  historyOf,
  type ReservationRow,
  reservationColumns,
  reservationOf,
  type TicketRow,
  ticketColumns,
  ticketOf,
} from './rows.ts'

const atOnce = 50
const mostHistory = 500

const history = `select split_part(event_type, '.', 4) as event, event_version as version, occurred_at as at,
    event_metadata->>'actor' as actor, event_data::text as data
  from event_store where stream_id = $1 and stream_type = 'Reservation' order by event_version limit ${mostHistory}`

const ofCancelled = `select r.id from events e join reservations r on r.event_id = e.id
  where e.is_cancelled and r.status in ('PENDING', 'CONFIRMED') and r.cancel_reason is null and r.id <> all($1::uuid[])
  limit ${atOnce}`

/** A page of a table, in an order by a time and the id. */
const pages =
  (database: Database) =>
  async <Row extends { [column: string]: unknown; id: string }>(
    select: string,
    conditions: readonly string[],
    values: unknown[],
    [column, direction]: [string, 'asc' | 'desc'],
    { size, token }: Page,
  ) => {
    const after = placeOf(token, 2)
    const place = after ? [timeValue(after[0]), uuidValue(after[1])] : []
    const next = `(${column}, id) ${direction === 'asc' ? '>' : '<'} ($${values.length + 1}, $${values.length + 2})`
    const where = [...conditions, ...(after ? [next] : [])].join(' and ')
    const rows = await database.sql<Row & { place: Date }>(
      `${select} where ${where} order by ${column} ${direction}, id ${direction} limit ${writtenLimit(size + 1)}`,
      ...values,
      ...place,
    )
    return pageOf(rows, size, (last) => [last.place, last.id])
  }

/** What reservations and tickets look like. */
export const createReads = (database: Database, codes: TicketCodes): Reads => {
  const page = pages(database)
  const ticket = ticketOf(codes)
  return {
    reservation: async (userId, id) => {
      const sql = `select ${reservationColumns} from reservations where id = $1 and user_id = $2`
      const [row] = await database.look<ReservationRow>(sql, id, userId)
      if (!row) throw reservationNotFound()
      return reservationOf(row)
    },
    reservations: async (userId, status, at) => {
      const select = `select ${reservationColumns}, created_at as place from reservations`
      const conditions = ['user_id = $1', ...(status ? ['status = $2'] : [])]
      const values = [userId, ...(status ? [status] : [])]
      const { items, nextPageToken } = await page<ReservationRow>(
        select,
        conditions,
        values,
        ['created_at', 'desc'],
        at,
      )
      return { items: items.map(reservationOf), nextPageToken }
    },
    history: async (id) => (await database.sql<HistoryRow>(history, id)).map(historyOf),
    tickets: async (holderId, reservationId, at) => {
      const select = `select ${ticketColumns}, created_at as place from tickets`
      const conditions = ['holder_id = $1', ...(reservationId ? ['reservation_id = $2'] : [])]
      const values = [holderId, ...(reservationId ? [reservationId] : [])]
      const { items, nextPageToken } = await page<TicketRow>(select, conditions, values, ['created_at', 'desc'], at)
      return { items: items.map(ticket), nextPageToken }
    },
    ticket: async (holderId, id) => {
      const sql = `select ${ticketColumns} from tickets where id = $1 and holder_id = $2`
      const [row] = await database.look<TicketRow>(sql, id, holderId)
      if (!row) throw ticketNotFound()
      return ticket(row)
    },
    owed: async (onlyGivenUp, at) => {
      const select = `select ${reservationColumns}, user_id as "userId", changed_at as place from reservations`
      const all = `payment_status in ('REFUND_FAILED', 'REFUND_GIVEN_UP')`
      const conditions = onlyGivenUp ? [all, `payment_status = 'REFUND_GIVEN_UP'`] : [all]
      const found = await page<ReservationRow & { userId: string | null }>(
        select,
        conditions,
        [],
        ['changed_at', 'asc'],
        at,
      )
      const items = found.items.map((row) => ({ reservation: reservationOf(row), userId: row.userId ?? '' }))
      return { items, nextPageToken: found.nextPageToken }
    },
    ofCancelledEvents: async (seen) => (await database.sql<{ id: string }>(ofCancelled, seen)).map(({ id }) => id),
    pendingOf: async (userId) => {
      const sql = `select id from reservations where user_id = $1 and status = 'PENDING' and cancel_reason is null`
      return (await database.sql<{ id: string }>(sql, userId)).map(({ id }) => id)
    },
  }
}
