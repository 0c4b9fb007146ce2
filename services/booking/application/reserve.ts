import { recordedEvents } from '#shared/domain/aggregate.ts'
import { Reservation } from '../domain/reservation.ts'
import type { Order, Ports } from './ports.ts'
import type { ReservationView } from './views.ts'

/** As it is once what it recorded is stored. */
export const viewOf = (reservation: Reservation): ReservationView => {
  const { id, eventId, items, total, currency, status, payment, cancelReason, expiresAt, createdAt } = reservation
  const version = reservation.revision + recordedEvents(reservation).length
  return { id, eventId, items, total, currency, status, payment, cancelReason, expiresAt, createdAt, version }
}

/**
 * Holds tickets and writes down for whom. Who crashes in between leaves a hold that lapses by itself. Throws what
 * inventory refuses.
 */
export const createReservation =
  ({ inventory, reservations, ids, clock }: Ports) =>
  async (userId: string, order: Order): Promise<ReservationView> => {
    const id = ids.next()
    const { items, expiresAt } = await inventory.hold(id, userId, order)
    const reservation = Reservation.create({ id, userId, eventId: order.eventId, items, expiresAt }, clock.now())
    reservations.save(reservation)
    return viewOf(reservation)
  }

/** Throws RESERVATION_NOT_FOUND and what `Reservation.pay` does. */
export const payReservation =
  ({ reservations, ids, clock }: Ports) =>
  async (userId: string, id: string, paymentMethodId: string): Promise<ReservationView> => {
    const reservation = await reservations.getOwn(userId, id)
    reservation.pay(ids.next(), paymentMethodId, clock.now())
    reservations.save(reservation)
    return viewOf(reservation)
  }
