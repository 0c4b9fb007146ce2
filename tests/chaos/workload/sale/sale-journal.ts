import type { CallJournal } from '../journal.ts'

/** A kind of ticket that is on sale. */
export interface TypeOnSale {
  id: string
  name: string
  /** Of one ticket, in minor units. */
  price: number
  total: number
}

/** An event as its organizer was told it is. */
export interface EventOnSale {
  id: string
  hasRoom: boolean
  types: TypeOnSale[]
}

/** A reservation as its buyer was told it is. */
export interface ReservationRecord {
  id: string
  /** Of the call that made it. */
  key: string
  userId: string
  items: { ticketTypeId: string; quantity: number }[]
  total: number
  queueTicket: string
  /** How it last was seen. */
  seen: 'PENDING' | 'CONFIRMED' | 'CANCELLED' | 'EXPIRED'
  /** Whether its cancellation was acknowledged. */
  isCancelled: boolean
  /** Whether its buyer went away, and leaves it to time. */
  isLeft: boolean
}

/** What organizer and buyers were told. */
export interface SaleJournal extends CallJournal {
  event: EventOnSale | undefined
  buyers: { id: string; email: string }[]
  reservations: ReservationRecord[]
}
