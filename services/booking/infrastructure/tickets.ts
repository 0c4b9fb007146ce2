import type { Database } from '#shared/infrastructure/database.ts'
import type { UnitOfWork } from '#shared/infrastructure/unit-of-work.ts'
import type { Events, Tickets } from '../application/ports.ts'
import type { BookedEvent } from '../domain/reservation-state.ts'
import { Ticket } from '../domain/ticket.ts'

export const createTickets = (unit: () => UnitOfWork): Tickets => ({
  find: (id) => unit().find(Ticket, id),
  ofReservation: (reservationId) => unit().select(Ticket, 'reservation_id = $1', reservationId),
  add: (ticket) => unit().add(ticket),
})

interface EventRow {
  [column: string]: unknown
  organizerId: string | null
  startsAt: Date | null
  isCancelled: boolean
}

const find = `select organizer_id as "organizerId", starts_at as "startsAt", is_cancelled as "isCancelled" from events
  where id = $1`

// What was heard before titles were kept is without.
const details = `select title, starts_at as "startsAt", time_zone as "timeZone", cancel_reason as "cancelReason" from events
  where id = $1 and title <> '' and starts_at is not null`

const note = `insert into events (id, organizer_id, starts_at, title, time_zone, is_cancelled)
  values ($1, $2, $3, $4, $5, false)
  on conflict (id) do update set starts_at = excluded.starts_at, title = excluded.title, time_zone = excluded.time_zone`

const cancel = `insert into events (id, organizer_id, cancel_reason, is_cancelled) values ($1, $2, $3, true)
  on conflict (id) do update set is_cancelled = true, cancel_reason = excluded.cancel_reason`

/** What was heard of events. */
export const createEvents = (database: Database, unit: () => UnitOfWork): Events => ({
  find: async (id) => {
    const [row] = await database.look<EventRow>(find, id)
    if (!row) return undefined
    const { organizerId, startsAt, isCancelled } = row
    return { id, organizerId: organizerId ?? undefined, startsAt: startsAt ?? new Date(0), isCancelled }
  },
  details: async (id) => (await database.look<BookedEvent & Record<string, unknown>>(details, id))[0],
  note: ({ id, organizerId, startsAt, title, timeZone }) =>
    unit().write({ sql: note, parameters: [id, organizerId, startsAt, title, timeZone] }),
  cancel: ({ id, organizerId, reason }) => unit().write({ sql: cancel, parameters: [id, organizerId, reason] }),
})

/** Takes a person's id off reservations, tickets and the events that were theirs. */
export const forgetPerson = (unit: () => UnitOfWork) => (userId: string) => {
  for (const sql of [
    'update reservations set user_id = null where user_id = $1',
    'update tickets set holder_id = null where holder_id = $1',
    'update events set organizer_id = null where organizer_id = $1',
  ])
    unit().write({ sql, parameters: [userId] })
}
