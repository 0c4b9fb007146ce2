import type { MessageInitShape } from '@bufbuild/protobuf'
import {
  CancelReason,
  type HistoryEntrySchema,
  ReservationPaymentStatus,
  type ReservationSchema,
  ReservationStatus,
} from '#gen/troupe/booking/v1/reservation_pb.ts'
import { type TicketSchema, TicketStatus } from '#gen/troupe/booking/v1/ticket_pb.ts'
import { timestamp } from '#shared/domain/timestamp.ts'
import type { HistoryEntry, ReservationView, TicketView } from '../application/views.ts'
import { money } from '../domain/reservation-state.ts'

export const toReservation = (view: ReservationView): MessageInitShape<typeof ReservationSchema> => ({
  id: view.id,
  eventId: view.eventId,
  items: view.items.map(({ ticketTypeId, name, quantity, unitPrice, currency }) => ({
    ticketTypeId,
    name,
    quantity,
    unitPrice: money(unitPrice, currency),
    subtotal: money(unitPrice * quantity, currency),
  })),
  total: money(view.total, view.currency),
  status: ReservationStatus[view.status],
  payment: {
    status: ReservationPaymentStatus[view.payment.status],
    paymentId: view.payment.id,
    failureReason: view.payment.reason,
  },
  cancelReason: view.cancelReason ? CancelReason[view.cancelReason] : CancelReason.UNSPECIFIED,
  expiresAt: timestamp(view.expiresAt),
  createdAt: timestamp(view.createdAt),
  version: view.version,
})

export const toTicket = (
  view: Omit<TicketView, 'code'> & { code?: string },
): MessageInitShape<typeof TicketSchema> => ({
  id: view.id,
  reservationId: view.reservationId,
  eventId: view.eventId,
  ticketTypeId: view.ticketTypeId,
  name: view.name,
  code: view.code ?? '',
  status: TicketStatus[view.status],
  ...(view.usedAt && { checkIn: { at: timestamp(view.usedAt), gate: view.gate } }),
})

export const toHistoryEntry = ({ at, ...entry }: HistoryEntry): MessageInitShape<typeof HistoryEntrySchema> => ({
  ...entry,
  at: timestamp(at),
})
