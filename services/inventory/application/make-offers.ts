import { DomainError } from '#shared/domain/errors.ts'
import { mustBeOpen, type Offer, onSale, type Sale, TicketsUnavailable } from '../domain/sale.ts'
import type { Ports } from './ports.ts'

/** How often others may be faster before what is left is looked at by the next follow-up. */
const mostTries = 5

/** Undefined where it is not sold at present. */
const soldNow = (sale: Sale, ticketTypeId: string, now: Date): Offer | undefined => {
  try {
    mustBeOpen(sale)
    return onSale(sale, ticketTypeId, now)
  } catch (error) {
    if (error instanceof DomainError) return undefined
    throw error
  }
}

/**
 * Offers what is available of an event to those who wait for it, one after the other, until nobody is left whom it is
 * enough for.
 */
export const makeOffers = (ports: Ports) => {
  const { waitingList, counts, reads, clock, apart } = ports
  /** Whether there was somebody. */
  const offerNext = async (eventId: string, ticketTypeId: string): Promise<boolean> => {
    const now = clock.now()
    const sale = await reads.sale(eventId, [ticketTypeId], now)
    const type = soldNow(sale, ticketTypeId, now)
    if (!type || type.available <= 0) return false
    const entry = await waitingList.next(ticketTypeId, type.available)
    if (!entry) return false
    // Somebody else was faster, and takes it out of those who wait.
    if (entry.status !== 'WAITING') return true
    const movement = entry.offer(type, type.available, now)
    waitingList.unlist(entry.id)
    counts.move(entry, movement, (id) => new TicketsUnavailable(eventId, id, 'look'))
    return true
  }
  const offerAll = async (eventId: string, ticketTypeId: string): Promise<void> => {
    for (let tries = 1; tries <= mostTries; ) {
      try {
        if (!(await apart('offer', () => offerNext(eventId, ticketTypeId)))) return
        tries = 1
      } catch (error) {
        if (!(error instanceof TicketsUnavailable)) throw error
        tries += 1
      }
    }
  }
  return async (eventId: string): Promise<void> => {
    for (const ticketTypeId of await waitingList.wanted(eventId)) await offerAll(eventId, ticketTypeId)
  }
}
