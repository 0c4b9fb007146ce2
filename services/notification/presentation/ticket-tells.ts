import {
  type ReservationCancelled,
  ReservationCancelledSchema,
  type ReservationConfirmed,
  ReservationConfirmedSchema,
  ReservationExpiredSchema,
  ReservationRefundedSchema,
} from '#gen/troupe/booking/v1/booking_events_pb.ts'
import { CancelReason } from '#gen/troupe/booking/v1/reservation_pb.ts'
import { WaitingListOfferedSchema } from '#gen/troupe/inventory/v1/inventory_events_pb.ts'
import type { Data } from '../domain/delivery-state.ts'
import { sum } from './payment-tells.ts'
import { on, type Tells, time } from './tells.ts'

type Booked = Pick<ReservationConfirmed, 'reservationId' | 'event' | 'ticketCount'>

/** Of an event that booking has not heard of, and in events from before it told, texts leave out what and when it is. */
const bookedIn = ({ reservationId, event, ticketCount }: Booked): Data => ({
  path: `/reservations/${reservationId}`,
  count: ticketCount,
  about: event ? 'event' : 'none',
  ...(event && { title: event.title, starts: { ...time(event.startsAt), zone: event.timeZone } }),
})

/** What goes back, where something was paid. */
const refundIn = ({ refund }: Pick<ReservationCancelled, 'refund'>): Data =>
  refund ? { refund: 'some', amount: sum(refund) } : { refund: 'none' }

const wordsIn = ({ eventCancelReason: reason }: ReservationCancelled): Data =>
  reason ? { words: 'some', reason } : { words: 'none' }

const example = { ticketCount: 2, event: { title: 'The wood', timeZone: 'Europe/Vienna' } }

/** What people are told of tickets. */
export const ticketTells: readonly Tells[] = [
  on(
    WaitingListOfferedSchema,
    ({ entryId, userId, ticketTypeName, quantity, partySize, expiresAt }) => ({
      kind: 'tickets_offered',
      to: userId,
      data: {
        path: `/waiting-list/${entryId}`,
        type: ticketTypeName,
        count: quantity,
        extent: quantity < partySize ? 'part' : 'whole',
        expires: time(expiresAt),
      },
    }),
    { ticketTypeName: 'Stalls', quantity: 2, partySize: 2 },
  ),
  on(
    ReservationConfirmedSchema,
    (event) => ({ kind: 'reservation_confirmed', to: event.userId, data: bookedIn(event) }),
    example,
  ),
  on(
    ReservationExpiredSchema,
    (event) => ({ kind: 'reservation_expired', to: event.userId, data: { ...bookedIn(event), ...refundIn(event) } }),
    example,
  ),
  on(
    ReservationCancelledSchema,
    (event) => {
      // What its holder wished themselves they know. And it is from here, not from EventCancelled, that holders hear that
      // an event is off: each is told once with what goes back to them, while who holds tickets is known by a stream that
      // runs beside the one that calls the event off, and loses its holders to it.
      if (event.reason !== CancelReason.EVENT_CANCELLED) return undefined
      const data = { ...bookedIn(event), ...wordsIn(event), ...refundIn(event) }
      return { kind: 'event_cancelled', to: event.userId, data }
    },
    { ...example, reason: CancelReason.EVENT_CANCELLED },
  ),
  on(
    ReservationRefundedSchema,
    (event) => {
      const { userId: to, amount } = event
      return amount && { kind: 'reservation_refunded', to, data: { ...bookedIn(event), amount: sum(amount) } }
    },
    { ...example, amount: { currency: 'USD' } },
  ),
]
