import { Hold, type Order } from '../domain/hold.ts'
import { mustDiffer, sell, TicketsUnavailable } from '../domain/sale.ts'
import type { Ports } from './ports.ts'
import type { TakeTickets } from './take-tickets.ts'

/**
 * Sets tickets aside for a reservation: all of them or none; the same again answers what there is. Throws HOLD_MISMATCH,
 * HOLD_RELEASED, ITEM_REPEATED, EVENT_NOT_FOUND and whatever `sell` does.
 */
export const reserveTickets = ({ holds, counts, reads, clock }: Ports, take: TakeTickets) => {
  const reserve = async (order: Order, forMs: number): Promise<Hold> => {
    const now = clock.now()
    const typeIds = order.items.map(({ ticketTypeId }) => ticketTypeId)
    const [present, sale] = await Promise.allSettled([
      holds.find(order.reservationId),
      reads.sale(order.eventId, typeIds, now),
    ])
    if (present.status === 'rejected') throw present.reason
    if (present.value) {
      present.value.mustBeFor(order)
      return present.value
    }
    if (sale.status === 'rejected') throw sale.reason
    const hold = Hold.of(order, sell(sale.value, order, now), now, forMs)
    holds.add(hold)
    counts.move(hold, { from: 'available', to: 'held' }, (id) => new TicketsUnavailable(order.eventId, id, 'look'))
    return hold
  }
  return (order: Order, forMs: number): Promise<Hold> => {
    mustDiffer(order.items)
    return take(() => reserve(order, forMs))
  }
}
