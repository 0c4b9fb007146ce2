import type { CancelReason, PaymentStatus } from '../domain/reservation-state.ts'
import { Ticket } from '../domain/ticket.ts'
import type { Ports } from './ports.ts'

/** Notes how a payment or its refund stands, and gives an id for the next refund. Throws RESERVATION_NOT_FOUND. */
export const notePayment =
  ({ reservations, events, ids }: Ports) =>
  async (id: string, paymentId: string, status: PaymentStatus, reason: string): Promise<string> => {
    const refundId = ids.next()
    const reservation = await reservations.get(id)
    const event = status === 'REFUNDED' ? await events.details(reservation.eventId) : undefined
    reservation.note(paymentId, status, reason, event)
    reservations.save(reservation)
    return refundId
  }

/** Confirms and issues the tickets, one for each place; says whether it is confirmed. Throws RESERVATION_NOT_FOUND. */
export const confirmReservation =
  ({ reservations, tickets, events, ids, clock }: Ports) =>
  async (id: string, paymentId: string): Promise<boolean> => {
    const reservation = await reservations.get(id)
    const event = await events.details(reservation.eventId)
    if (!reservation.confirm(paymentId, event)) return reservation.status === 'CONFIRMED' && !reservation.cancelReason
    const { userId: holderId, eventId, items } = reservation
    const issued = items.flatMap(({ ticketTypeId, name, quantity }) =>
      Array.from({ length: quantity }, () =>
        Ticket.issue({ id: ids.next(), reservationId: id, eventId, holderId, ticketTypeId, name }, clock.now()),
      ),
    )
    for (const ticket of issued) tickets.add(ticket)
    reservation.issue(issued.map((ticket) => ticket.id))
    reservations.save(reservation)
    return true
  }

/** Ends it, and gives an id for the refund of what was paid. Throws RESERVATION_NOT_FOUND. */
export const closeReservation =
  ({ reservations, tickets, events, ids }: Ports) =>
  async (id: string, paymentId: string, reason: CancelReason | undefined): Promise<string> => {
    const refundId = paymentId && ids.next()
    const reservation = await reservations.get(id)
    reservation.close(paymentId, reason, await events.details(reservation.eventId))
    for (const ticket of await tickets.ofReservation(id)) ticket.refund()
    reservations.save(reservation)
    return refundId
  }
