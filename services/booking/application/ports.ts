import type { Clock } from '#shared/domain/clock.ts'
import type { Ids } from '#shared/domain/ids.ts'
import type { Reservation } from '../domain/reservation.ts'
import type { BookedEvent, ReservationItem, ReservationStatus } from '../domain/reservation-state.ts'
import type { Ticket } from '../domain/ticket.ts'
import type { HistoryEntry, OwedView, Page, Paged, PassDetails, ReservationView, TicketView } from './views.ts'

export interface Reservations {
  /** Throws RESERVATION_NOT_FOUND. */
  get(id: string): Promise<Reservation>
  /** Throws RESERVATION_NOT_FOUND, also for somebody else's. */
  getOwn(userId: string, id: string): Promise<Reservation>
  /** Saves what it recorded. */
  save(reservation: Reservation): void
}

export interface Tickets {
  find(id: string): Promise<Ticket | undefined>
  ofReservation(reservationId: string): Promise<Ticket[]>
  add(ticket: Ticket): void
}

/** An event, as far as booking has heard of it. */
interface KnownEvent {
  id: string
  /** Undefined once they have left. */
  organizerId: string | undefined
  startsAt: Date
  isCancelled: boolean
}

/** What an event is, in its organiser's words. */
type SaidOfEvent = Omit<BookedEvent, 'cancelReason'>

export interface Events {
  find(id: string): Promise<KnownEvent | undefined>
  /** What buyers can be told of it; undefined where that was not heard. */
  details(id: string): Promise<BookedEvent | undefined>
  note(event: { id: string; organizerId: string } & SaidOfEvent): void
  cancel(event: { id: string; organizerId: string; reason: string }): void
}

/** What somebody asks for. */
export interface Order {
  eventId: string
  items: readonly { ticketTypeId: string; quantity: number }[]
  /** Whose turn it is, where there is a line for the event; may be empty. */
  queueTicket: string
}

/** Tickets in inventory. */
export interface Inventory {
  /** Sets tickets aside under the reservation's id, all or none. Throws what inventory refuses. */
  hold(reservationId: string, userId: string, order: Order): Promise<{ items: ReservationItem[]; expiresAt: Date }>
}

export interface Reads {
  /** Throws RESERVATION_NOT_FOUND, also for somebody else's. */
  reservation(userId: string, id: string): Promise<ReservationView>
  reservations(userId: string, status: ReservationStatus | undefined, page: Page): Promise<Paged<ReservationView>>
  history(reservationId: string): Promise<HistoryEntry[]>
  /** Of one reservation, or of all. */
  tickets(holderId: string, reservationId: string, page: Page): Promise<Paged<TicketView>>
  /** Throws TICKET_NOT_FOUND, also for somebody else's. */
  ticket(holderId: string, id: string): Promise<TicketView>
  owed(onlyGivenUp: boolean, page: Page): Promise<Paged<OwedView>>
  /** Some that are to be cancelled because their event is, but for those that were looked at. */
  ofCancelledEvents(seen: readonly string[]): Promise<string[]>
  /** Somebody's that are not decided. */
  pendingOf(userId: string): Promise<string[]>
}

/** Codes of tickets. */
export interface TicketCodes {
  of(ticketId: string, eventId: string): string
  /** What a code says; undefined where none of our keys has signed it. */
  read(code: string): Promise<{ ticketId: string; eventId: string } | undefined>
  keys(): Promise<{ id: string; publicKey: Uint8Array }[]>
}

/** Draws passes. */
export interface Passes {
  /** What stands on it, from the catalog. */
  details(eventId: string): Promise<PassDetails>
  png(code: string): Promise<Uint8Array>
  pdf(ticket: TicketView, code: string, details: PassDetails): Promise<Uint8Array>
}

/** What the use cases of booking need. */
export interface Ports {
  reservations: Reservations
  tickets: Tickets
  events: Events
  inventory: Inventory
  reads: Reads
  codes: TicketCodes
  passes: Passes
  /** Takes a person's id off all that is kept. */
  forget: (userId: string) => void
  clock: Clock
  ids: Ids
  /** Runs a unit of work of its own and commits it. */
  apart: <T>(purpose: string, run: () => Promise<T>) => Promise<T>
  /** What was to be done to a reservation failed; others are not kept from it. */
  passedOver: (purpose: string, id: string, error: unknown) => void
  /** Yields whenever the topic may have changed, `false` for a heartbeat; ends with the signal. */
  watch: (topic: string, signal: AbortSignal) => AsyncIterable<boolean>
}
