import { Hold, holdNotFound } from '../domain/hold.ts'
import { mustBeFree, mustBeOpen, TicketsUnavailable } from '../domain/sale.ts'
import type { Ports } from './ports.ts'
import { miscounted, type TakeTickets } from './take-tickets.ts'

/**
 * Sells what is set aside for a reservation; what lapsed, where its tickets are free. Throws HOLD_NOT_FOUND,
 * HOLD_RELEASED, EVENT_CLOSED, TICKETS_UNAVAILABLE.
 */
export const commitTickets = ({ holds, counts, reads, clock }: Ports, take: TakeTickets) => {
  const commit = async (reservationId: string): Promise<Hold> => {
    const hold = await holds.find(reservationId)
    if (!hold) throw holdNotFound()
    const now = clock.now()
    const movement = hold.commit(now)
    const { eventId } = hold
    if (!movement || !eventId) return hold
    const typeIds = hold.items.map(({ ticketTypeId }) => ticketTypeId)
    const sale = await reads.sale(eventId, typeIds, now)
    mustBeOpen(sale)
    if (movement.from === 'held') counts.move(hold, movement, miscounted)
    else {
      mustBeFree(sale, hold.items)
      counts.move(hold, movement, (id) => new TicketsUnavailable(eventId, id, 'look'))
    }
    return hold
  }
  return (reservationId: string): Promise<Hold> => take(() => commit(reservationId))
}

/** Frees what is set aside for a reservation or sold to it, or what would come to be. */
export const releaseTickets =
  ({ holds, counts, clock }: Ports) =>
  async (reservationId: string): Promise<void> => {
    const hold = await holds.find(reservationId)
    if (!hold) return holds.add(Hold.releasedBefore(reservationId, clock.now()))
    const movement = hold.release(clock.now())
    if (movement) counts.move(hold, movement, miscounted)
  }
