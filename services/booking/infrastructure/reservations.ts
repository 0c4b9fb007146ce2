import {
  CancellationRequestedSchema,
  PaymentNotedSchema,
  PaymentRequestedSchema,
  ReservationCancelledSchema,
  ReservationConfirmedSchema,
  ReservationCreatedSchema,
  ReservationExpiredSchema,
  ReservationRefundedSchema,
  TicketsIssuedSchema,
} from '#gen/troupe/booking/v1/booking_events_pb.ts'
import { recordedEvents } from '#shared/domain/aggregate.ts'
import type { Clock } from '#shared/domain/clock.ts'
import type { Database } from '#shared/infrastructure/database.ts'
import { eventDecoder } from '#shared/infrastructure/event-codec.ts'
import type { UnitOfWork } from '#shared/infrastructure/unit-of-work.ts'
import type { Reservations } from '../application/ports.ts'
import { Reservation } from '../domain/reservation.ts'
import { reservationNotFound } from '../domain/reservation-state.ts'

const events = eventDecoder([
  ReservationCreatedSchema,
  PaymentRequestedSchema,
  PaymentNotedSchema,
  CancellationRequestedSchema,
  ReservationConfirmedSchema,
  TicketsIssuedSchema,
  ReservationCancelledSchema,
  ReservationExpiredSchema,
  ReservationRefundedSchema,
])

interface EventRow {
  [column: string]: unknown
  type: string
  payload: Buffer
}

const stream = `select event_type as type, payload from event_store
  where stream_id = $1 and stream_type = 'Reservation' order by event_version`

// Whose it is is written once: who has left stays away.
const show = `insert into reservations as r (id, user_id, event_id, items, total, currency, status, payment_status, payment_id,
    payment_reason, cancel_reason, expires_at, created_at, changed_at, version)
  values ($1, $2, $3, $4::jsonb, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
  on conflict (id) do update set status = excluded.status, payment_status = excluded.payment_status,
    payment_id = excluded.payment_id, payment_reason = excluded.payment_reason, cancel_reason = excluded.cancel_reason,
    changed_at = excluded.changed_at, version = excluded.version`

/** Reservations, rebuilt from their streams; with what they recorded, how they look is saved. */
export const createReservations = (database: Database, unit: () => UnitOfWork, clock: Clock): Reservations => {
  const get = async (id: string): Promise<Reservation> => {
    const rows = await database.look<EventRow>(stream, id)
    if (rows.length === 0) throw reservationNotFound()
    return new Reservation(id).replay(
      rows.map(({ type, payload }) => {
        const schema = events.schema(type)
        if (!schema) throw new Error(`a reservation has no event ${type}`)
        return { schema, message: events.decode(schema, payload) }
      }),
    )
  }
  return {
    get,
    getOwn: async (userId, id) => {
      const reservation = await get(id)
      if (reservation.userId !== userId) throw reservationNotFound()
      return reservation
    },
    save: (reservation) => {
      const recorded = recordedEvents(reservation).length
      if (recorded === 0) return
      unit().add(reservation)
      const { id, userId, eventId, items, total, currency, status, payment, cancelReason } = reservation
      const times = [reservation.expiresAt, reservation.createdAt, clock.now(), reservation.revision + recorded]
      const paying = [payment.status, payment.id || null, payment.reason, cancelReason ?? null]
      const parameters = [id, userId, eventId, JSON.stringify(items), total, currency, status, ...paying, ...times]
      unit().write({ sql: show, parameters })
    },
  }
}
