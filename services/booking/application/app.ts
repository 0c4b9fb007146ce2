import { precondition } from '#shared/domain/errors.ts'
import type { ReservationStatus } from '../domain/reservation-state.ts'
import { checkInTicket } from './check-in.ts'
import type { Ports } from './ports.ts'
import { createReservation, payReservation } from './reserve.ts'
import { closeReservation, confirmReservation, notePayment } from './settle.ts'
import type { Page, ReservationView } from './views.ts'
import { watchReservation } from './watch-reservation.ts'
import { cancelReservation, eraseBuyer, withdrawCancelled } from './withdraw.ts'

export type PassFormat = 'PDF' | 'PNG'

const getTicketPass =
  ({ reads, passes }: Ports) =>
  async (holderId: string, id: string, format: PassFormat): Promise<Uint8Array> => {
    const ticket = await reads.ticket(holderId, id)
    if (!ticket.code) throw precondition('TICKET_NOT_VALID', 'it was used or is void')
    if (format === 'PNG') return passes.png(ticket.code)
    return passes.pdf(ticket, ticket.code, await passes.details(ticket.eventId))
  }

const getHistory =
  ({ reads }: Ports) =>
  async (userId: string, id: string) => {
    await reads.reservation(userId, id)
    return reads.history(id)
  }

/** Everything booking can do. */
export const createBookingApp = (ports: Ports) => {
  const { reads, events, codes } = ports
  return {
    createReservation: createReservation(ports),
    getReservation: (userId: string, id: string): Promise<ReservationView> => reads.reservation(userId, id),
    listReservations: (userId: string, status: ReservationStatus | undefined, page: Page) =>
      reads.reservations(userId, status, page),
    payReservation: payReservation(ports),
    cancelReservation: cancelReservation(ports),
    watchReservation: watchReservation(ports),
    getHistory: getHistory(ports),
    listTickets: (holderId: string, reservationId: string, page: Page) => reads.tickets(holderId, reservationId, page),
    getTicketPass: getTicketPass(ports),
    listTicketKeys: () => codes.keys(),
    checkInTicket: checkInTicket(ports),
    listFailedRefunds: reads.owed,
    notePayment: notePayment(ports),
    confirmReservation: confirmReservation(ports),
    closeReservation: closeReservation(ports),
    withdrawCancelled: withdrawCancelled(ports),
    eraseBuyer: eraseBuyer(ports),
    noteEvent: events.note,
    noteCancelledEvent: events.cancel,
  }
}

export type BookingApp = ReturnType<typeof createBookingApp>
