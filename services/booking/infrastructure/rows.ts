import type { TicketCodes } from '../application/ports.ts'
import type { HistoryEntry, ReservationView, TicketView } from '../application/views.ts'

export interface ReservationRow extends Omit<ReservationView, 'payment' | 'cancelReason'> {
  [column: string]: unknown
  paymentStatus: ReservationView['payment']['status']
  paymentId: string | null
  paymentReason: string
  cancelReason: ReservationView['cancelReason'] | null
}

export const reservationColumns = `id, event_id as "eventId", items, total, currency, status,
  payment_status as "paymentStatus", payment_id as "paymentId", payment_reason as "paymentReason",
  cancel_reason as "cancelReason", expires_at as "expiresAt", created_at as "createdAt", version`

export const reservationOf = (row: ReservationRow): ReservationView => ({
  id: row.id,
  eventId: row.eventId,
  items: row.items,
  total: row.total,
  currency: row.currency,
  status: row.status,
  payment: { status: row.paymentStatus, id: row.paymentId ?? '', reason: row.paymentReason },
  cancelReason: row.cancelReason ?? undefined,
  expiresAt: row.expiresAt,
  createdAt: row.createdAt,
  version: row.version,
})

export interface TicketRow extends Omit<TicketView, 'usedAt' | 'code'> {
  [column: string]: unknown
  usedAt: Date | null
}

export const ticketColumns = `id, reservation_id as "reservationId", event_id as "eventId",
  ticket_type_id as "ticketTypeId", name, status, used_at as "usedAt", gate`

export const ticketOf =
  (codes: TicketCodes) =>
  (row: TicketRow): TicketView => ({
    id: row.id,
    reservationId: row.reservationId,
    eventId: row.eventId,
    ticketTypeId: row.ticketTypeId,
    name: row.name,
    status: row.status,
    usedAt: row.usedAt ?? undefined,
    gate: row.gate,
    code: row.status === 'VALID' ? codes.of(row.id, row.eventId) : '',
  })

export interface HistoryRow extends Omit<HistoryEntry, 'actor'> {
  [column: string]: unknown
  actor: string | null
}

export const historyOf = ({ event, version, at, actor, data }: HistoryRow): HistoryEntry => ({
  event,
  version,
  at,
  actor: actor ?? '',
  data,
})
