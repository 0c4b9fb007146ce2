import { DomainError, invalid, precondition } from '#shared/domain/errors.ts'
import type { HeldItem, Order, Wish } from './hold.ts'
import { eventClosed } from './ticket-inventory.ts'
import { ticketTypeNotFound } from './ticket-type.ts'

/** A ticket type as it is sold at present. */
export interface Offer {
  id: string
  name: string
  price: number
  perOrderLimit: number
  saleStartsAt: Date | undefined
  saleEndsAt: Date | undefined
  available: number
  /** Whether what is available is enough for somebody on the waiting list, to whom it goes first. */
  isWanted: boolean
}

/** What decides whether some of an event's tickets are sold. */
export interface Sale {
  eventId: string
  currency: string
  isClosed: boolean
  startsAt: Date
  endsAt: Date
  /** Of the ticket types that were asked for. */
  offers: ReadonlyMap<string, Offer>
  /** Whether some of the event's tickets count as held although nobody holds them any more. */
  hasLapsed: boolean
  /** Whether reserving takes a queue ticket at present. */
  isQueued: boolean
}

/**
 * What may make it clear how many tickets there are: freeing what has lapsed and offering it to those who wait, or looking
 * again, where others were faster.
 */
type Remedy = 'free' | 'look'

/** There are too few tickets, at least at first sight. */
export class TicketsUnavailable extends DomainError {
  readonly eventId: string
  readonly remedy: Remedy | undefined

  constructor(eventId: string, ticketTypeId: string, remedy: Remedy | undefined) {
    const metadata = { event_id: eventId, ticket_type_id: ticketTypeId }
    super('precondition', 'TICKETS_UNAVAILABLE', 'there are not as many tickets left', { metadata })
    this.eventId = eventId
    this.remedy = remedy
  }
}

/** Throws EVENT_CLOSED. */
export const mustBeOpen = ({ isClosed }: Sale): void => {
  if (isClosed) throw eventClosed()
}

/** Throws TICKETS_UNAVAILABLE where there are too few of any, or those who wait for it come first. */
export const mustBeFree = ({ eventId, offers, hasLapsed }: Sale, items: readonly Wish[]): void => {
  for (const { ticketTypeId, quantity } of items) {
    const offer = offers.get(ticketTypeId)
    if (offer && offer.available >= quantity && !offer.isWanted) continue
    throw new TicketsUnavailable(eventId, ticketTypeId, hasLapsed || offer?.isWanted ? 'free' : undefined)
  }
}

const mustBeOnSale = (offer: Offer, { startsAt, endsAt }: Sale, now: Date): void => {
  const metadata = { ticket_type_id: offer.id }
  if (offer.saleStartsAt && now < offer.saleStartsAt) {
    throw precondition('SALE_NOT_STARTED', `on sale from ${offer.saleStartsAt.toISOString()}`, { metadata })
  }
  if (now >= (offer.saleEndsAt ?? startsAt) || now >= endsAt) {
    throw precondition('SALE_ENDED', 'not on sale any more', { metadata })
  }
}

/** Throws ORDER_LIMIT_EXCEEDED. */
export const mustBeWithinLimit = ({ id, perOrderLimit }: Offer, quantity: number): void => {
  if (quantity <= perOrderLimit) return
  const metadata = { ticket_type_id: id, limit: String(perOrderLimit) }
  throw precondition('ORDER_LIMIT_EXCEEDED', `at most ${perOrderLimit} a reservation`, { metadata })
}

/** Throws ITEM_REPEATED. */
export const mustDiffer = (items: readonly Pick<Wish, 'ticketTypeId'>[], field = 'items'): void => {
  if (new Set(items.map(({ ticketTypeId }) => ticketTypeId)).size < items.length) {
    throw invalid(field, 'ITEM_REPEATED', 'each ticket type at most once')
  }
}

/** A ticket type that is on sale. Throws TICKET_TYPE_NOT_FOUND, SALE_NOT_STARTED, SALE_ENDED. */
export const onSale = (sale: Sale, ticketTypeId: string, now: Date): Offer => {
  const offer = sale.offers.get(ticketTypeId)
  if (!offer) throw ticketTypeNotFound(ticketTypeId)
  mustBeOnSale(offer, sale, now)
  return offer
}

/**
 * What is held for an order, at the prices of now, whether there are as many or not. Throws TICKET_TYPE_NOT_FOUND,
 * EVENT_CLOSED, SALE_NOT_STARTED, SALE_ENDED, ORDER_LIMIT_EXCEEDED.
 */
export const sell = (sale: Sale, { items }: Order, now: Date): HeldItem[] => {
  mustBeOpen(sale)
  return items.map(({ ticketTypeId, quantity }) => {
    const offer = onSale(sale, ticketTypeId, now)
    mustBeWithinLimit(offer, quantity)
    return { ticketTypeId, quantity, name: offer.name, unitPrice: offer.price, currency: sale.currency }
  })
}
