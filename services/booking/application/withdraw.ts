import { throughAll } from '#shared/application/through-all.ts'
import type { Reservation } from '../domain/reservation.ts'
import type { CancelReason } from '../domain/reservation-state.ts'
import type { Ports } from './ports.ts'
import { viewOf } from './reserve.ts'
import type { ReservationView } from './views.ts'

/** Asks for the cancellation of a reservation. Its tickets are void from now on, so that nobody comes in with them. */
const withdraw = async ({ tickets, reservations }: Ports, reservation: Reservation, reason: CancelReason) => {
  if (!reservation.withdraw(reason)) return
  const issued = await tickets.ofReservation(reservation.id)
  if (reason === 'BUYER') for (const ticket of issued) ticket.mustBeUnused()
  for (const ticket of issued) ticket.refund()
  reservations.save(reservation)
}

/** Throws RESERVATION_NOT_FOUND, RESERVATION_EXPIRED, REFUND_WINDOW_CLOSED, TICKET_USED. */
export const cancelReservation =
  (ports: Ports) =>
  async (userId: string, id: string): Promise<ReservationView> => {
    const { reservations, events, clock } = ports
    const reservation = await reservations.getOwn(userId, id)
    const event = await events.find(reservation.eventId)
    if (event) reservation.mustBeReturnable(event.startsAt, clock.now())
    await withdraw(ports, reservation, 'BUYER')
    return viewOf(reservation)
  }

/** Cancels what there is of events that do not take place, a reservation at a time. */
export const withdrawCancelled =
  (ports: Ports) =>
  (signal?: AbortSignal): Promise<void> => {
    const each = async (id: string) => {
      const reservation = await ports.reservations.get(id)
      if (reservation.status !== 'EXPIRED') await withdraw(ports, reservation, 'EVENT_CANCELLED')
    }
    return throughAll(ports, 'withdraw', ports.reads.ofCancelledEvents, each, signal)
  }

/** Gives back what somebody who has left had not paid for, and takes their name off the rest. */
export const eraseBuyer =
  (ports: Ports) =>
  async (userId: string): Promise<void> => {
    for (const id of await ports.reads.pendingOf(userId)) {
      await ports.apart('erase', async () => {
        const reservation = await ports.reservations.get(id)
        if (reservation.status === 'PENDING') await withdraw(ports, reservation, 'ACCOUNT_DELETED')
      })
    }
    ports.forget(userId)
  }
