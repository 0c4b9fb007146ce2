import type {
  CancelReason,
  ReservationItem,
  ReservationPayment,
  ReservationStatus,
} from '../domain/reservation-state.ts'
import type { TicketStatus } from '../domain/ticket.ts'

export interface Page {
  size: number
  token: string
}

export interface Paged<Item> {
  items: Item[]
  nextPageToken: string
}

export interface ReservationView {
  id: string
  eventId: string
  items: readonly ReservationItem[]
  /** In minor units. */
  total: number
  currency: string
  status: ReservationStatus
  payment: ReservationPayment
  cancelReason: CancelReason | undefined
  expiresAt: Date
  createdAt: Date
  version: number
}

export interface TicketView {
  id: string
  reservationId: string
  eventId: string
  ticketTypeId: string
  name: string
  status: TicketStatus
  usedAt: Date | undefined
  gate: string
  /** Empty unless it is valid. */
  code: string
}

/** Whose money it is that could not be paid back. */
export interface OwedView {
  reservation: ReservationView
  userId: string
}

export interface HistoryEntry {
  event: string
  version: number
  at: Date
  actor: string
  /** JSON. */
  data: string
}

/** What a pass says of an event. */
export interface PassDetails {
  title: string
  venue: string
  /** ISO 8601, where it takes place. */
  localStartsAt: string
}
