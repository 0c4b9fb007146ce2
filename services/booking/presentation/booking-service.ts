import type { ServiceImpl } from '@connectrpc/connect'
import { type BookingService, PassFormat } from '#gen/troupe/booking/v1/booking_service_pb.ts'
import { CancelReason, ReservationPaymentStatus, ReservationStatus } from '#gen/troupe/booking/v1/reservation_pb.ts'
import { pageSize } from '#shared/application/paging.ts'
import { caller } from '#shared/presentation/gate.ts'
import type { BookingApp } from '../application/app.ts'
import { cancelReasons, nameOf, paymentStatuses, reservationStatuses } from '../domain/reservation-state.ts'
import { toHistoryEntry, toReservation, toTicket } from './to-proto.ts'

type Rpcs = ServiceImpl<typeof BookingService>

const pageOf = ({ pageSize: size, pageToken: token }: { pageSize: number; pageToken: string }) => ({
  size: pageSize(size, 20, 100),
  token,
})

const forBuyers = (app: BookingApp) =>
  ({
    createReservation: async (order, context) => ({
      reservation: toReservation(await app.createReservation(caller(context), order)),
    }),
    getReservation: async ({ reservationId }, context) => ({
      reservation: toReservation(await app.getReservation(caller(context), reservationId)),
    }),
    listReservations: async ({ status, ...page }, context) => {
      const wanted = nameOf(reservationStatuses, ReservationStatus, status)
      const { items, nextPageToken } = await app.listReservations(caller(context), wanted, pageOf(page))
      return { reservations: items.map(toReservation), nextPageToken }
    },
    payReservation: async ({ reservationId, paymentMethodId }, context) => ({
      reservation: toReservation(await app.payReservation(caller(context), reservationId, paymentMethodId)),
    }),
    cancelReservation: async ({ reservationId }, context) => ({
      reservation: toReservation(await app.cancelReservation(caller(context), reservationId)),
    }),
    watchReservation: async function* ({ reservationId, knownVersion }, context) {
      const views = app.watchReservation(caller(context), reservationId, knownVersion, context.signal)
      for await (const view of views) yield view ? { reservation: toReservation(view) } : {}
    },
    getReservationHistory: async ({ reservationId }, context) => ({
      entries: (await app.getHistory(caller(context), reservationId)).map(toHistoryEntry),
    }),
  }) satisfies Partial<Rpcs>

const forTickets = (app: BookingApp) =>
  ({
    listTickets: async ({ reservationId, ...page }, context) => {
      const { items, nextPageToken } = await app.listTickets(caller(context), reservationId, pageOf(page))
      return { tickets: items.map(toTicket), nextPageToken }
    },
    getTicketPass: async ({ ticketId, format }, context) => {
      const isPdf = format === PassFormat.PDF
      const content = await app.getTicketPass(caller(context), ticketId, isPdf ? 'PDF' : 'PNG')
      return { contentType: isPdf ? 'application/pdf' : 'image/png', content }
    },
    listTicketKeys: async () => ({ keys: await app.listTicketKeys() }),
    checkInTicket: async ({ code, gate }, context) => ({
      ticket: toTicket(await app.checkInTicket(caller(context), code, gate)),
    }),
    listFailedRefunds: async ({ onlyGivenUp, ...page }) => {
      const { items, nextPageToken } = await app.listFailedRefunds(onlyGivenUp, pageOf(page))
      const refunds = items.map(({ reservation, userId }) => ({ reservation: toReservation(reservation), userId }))
      return { refunds, nextPageToken }
    },
  }) satisfies Partial<Rpcs>

const forTheProcess = (app: BookingApp) =>
  ({
    notePayment: async ({ reservationId, paymentId, status, reason }) => {
      // Validation lets no other in.
      const known = nameOf(paymentStatuses, ReservationPaymentStatus, status) ?? 'UNSPECIFIED'
      return { refundId: await app.notePayment(reservationId, paymentId, known, reason) }
    },
    confirmReservation: async ({ reservationId, paymentId }) => ({
      isConfirmed: await app.confirmReservation(reservationId, paymentId),
    }),
    closeReservation: async ({ reservationId, paymentId, reason }) => ({
      refundId: await app.closeReservation(reservationId, paymentId, nameOf(cancelReasons, CancelReason, reason)),
    }),
  }) satisfies Partial<Rpcs>

/** Answers BookingService. */
export const bookingService = (app: BookingApp): Rpcs => ({
  ...forBuyers(app),
  ...forTickets(app),
  ...forTheProcess(app),
})
