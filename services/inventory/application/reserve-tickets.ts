import { Hold, type Order } from '../domain/hold.ts'
import { mustBeTurnOf, queueTicketInvalid, queueTicketRequired } from '../domain/queue-place.ts'
import { mustBeFree, mustDiffer, type Sale, sell, TicketsUnavailable } from '../domain/sale.ts'
import type { Ports } from './ports.ts'
import { miscounted, type TakeTickets } from './take-tickets.ts'

/** What entitles to reserve: anybody may, it is their turn, or some tickets are held for them. */
const entitle = async (ports: Ports, order: Order, ticket: string, { isQueued }: Sale, now: Date) => {
  const { queue, queueTickets, waitingList } = ports
  if (ticket === '') {
    if (isQueued) throw queueTicketRequired()
    return undefined
  }
  const pass = queueTickets.read(ticket)
  const { eventId, userId, reservationId } = order
  if (pass?.eventId !== eventId || pass.userId !== userId) throw queueTicketInvalid()
  if (pass.kind === 'offer') {
    const entry = await waitingList.find(pass.entryId)
    if (entry?.eventId !== eventId || entry.userId !== userId) throw queueTicketInvalid()
    return entry
  }
  if (!isQueued) return undefined
  const place = await queue.place(eventId, userId)
  mustBeTurnOf(place, pass.position, now)
  if (place) queue.use(place, reservationId)
  return undefined
}

/**
 * Sets tickets aside for a reservation: all of them or none; the same again answers what there is. What was offered to
 * somebody becomes theirs, what they do not want of it goes on. Throws HOLD_MISMATCH, HOLD_RELEASED, ITEM_REPEATED,
 * EVENT_NOT_FOUND, QUEUE_TICKET_REQUIRED, QUEUE_TICKET_INVALID, what `sell`, `mustBeFree`, `mustBeTurnOf` and
 * `WaitingListEntry.reserve` do.
 */
export const reserveTickets = (ports: Ports, take: TakeTickets) => {
  const { holds, counts, reads, clock } = ports
  const reserve = async (order: Order, forMs: number, ticket: string): Promise<Hold> => {
    const { eventId, items } = order
    const now = clock.now()
    const typeIds = items.map(({ ticketTypeId }) => ticketTypeId)
    const [present, sale] = await Promise.allSettled([
      holds.find(order.reservationId),
      reads.sale(eventId, typeIds, now),
    ])
    if (present.status === 'rejected') throw present.reason
    if (present.value) {
      present.value.mustBeFor(order)
      return present.value
    }
    if (sale.status === 'rejected') throw sale.reason
    const hold = Hold.of(order, sell(sale.value, order, now), now, forMs)
    const offered = await entitle(ports, order, ticket, sale.value, now)
    holds.add(hold)
    if (offered) {
      const rest = offered.reserve(order, now)
      if (rest) counts.move({ eventId, items: [rest] }, { from: 'held', to: 'available' }, miscounted)
      return hold
    }
    mustBeFree(sale.value, items)
    counts.move(hold, { from: 'available', to: 'held' }, (id) => new TicketsUnavailable(eventId, id, 'look'))
    return hold
  }
  return (order: Order, forMs: number, ticket = ''): Promise<Hold> => {
    mustDiffer(order.items)
    return take(() => reserve(order, forMs, ticket))
  }
}
