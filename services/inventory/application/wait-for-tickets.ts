import { throughAll } from '#shared/application/through-all.ts'
import { precondition } from '#shared/domain/errors.ts'
import { mustBeOpen, mustBeWithinLimit, mustDiffer, onSale } from '../domain/sale.ts'
import { entryNotFound, type PartyWish, WaitingListEntry } from '../domain/waiting-list-entry.ts'
import type { Ports } from './ports.ts'
import { miscounted } from './take-tickets.ts'

/**
 * Waits for tickets of an event; the same wish again answers what there is. Throws EVENT_NOT_FOUND, EVENT_CLOSED,
 * ITEM_REPEATED, ALREADY_WAITING, TICKET_TYPE_NOT_FOUND, SALE_NOT_STARTED, SALE_ENDED, ORDER_LIMIT_EXCEEDED,
 * TICKETS_AVAILABLE.
 */
export const joinWaitingList =
  ({ waitingList, reads, untold, ids, clock }: Ports) =>
  async (wish: PartyWish): Promise<WaitingListEntry> => {
    const { eventId, userId, ticketTypeIds, partySize } = wish
    mustDiffer(
      ticketTypeIds.map((ticketTypeId) => ({ ticketTypeId })),
      'ticket_type_ids',
    )
    const now = clock.now()
    const [sale, present] = await Promise.all([
      reads.sale(eventId, ticketTypeIds, now),
      waitingList.openOf(eventId, userId),
    ])
    mustBeOpen(sale)
    if (present) {
      present.mustBeFor(wish)
      return present
    }
    for (const ticketTypeId of ticketTypeIds) {
      const type = onSale(sale, ticketTypeId, now)
      mustBeWithinLimit(type, partySize)
      if (type.available >= partySize && !type.isWanted) {
        const metadata = { ticket_type_id: ticketTypeId }
        throw precondition('TICKETS_AVAILABLE', 'there are enough tickets; reserve them', { metadata })
      }
    }
    const entry = WaitingListEntry.join(ids.next(), wish, now)
    waitingList.add(entry)
    // A part of what they want may be there, or came to be while this was decided.
    untold.mark(eventId)
    return entry
  }

const ownEntry = async ({ waitingList }: Ports, userId: string, entryId: string): Promise<WaitingListEntry> => {
  const entry = await waitingList.find(entryId)
  if (entry?.userId !== userId) throw entryNotFound()
  return entry
}

/**
 * Takes what is offered, and answers the ticket that reserving it takes. Throws WAITING_LIST_ENTRY_NOT_FOUND,
 * NOT_OFFERED, OFFER_OVER, QUEUE_TICKET_USED.
 */
export const claimOffer =
  (ports: Ports) =>
  async (userId: string, entryId: string): Promise<{ entry: WaitingListEntry; queueTicket: string }> => {
    const { queueTickets, clock } = ports
    const entry = await ownEntry(ports, userId, entryId)
    entry.claim(clock.now())
    return { entry, queueTicket: queueTickets.of({ kind: 'offer', eventId: entry.eventId, userId, entryId }) }
  }

const leave = ({ waitingList, counts, clock }: Ports, entry: WaitingListEntry): void => {
  const held = { eventId: entry.eventId, items: entry.items }
  const movement = entry.leave(clock.now())
  waitingList.unlist(entry.id)
  if (movement) counts.move(held, movement, miscounted)
}

/** Ends somebody's entry; what is held for it is free. Throws WAITING_LIST_ENTRY_NOT_FOUND. */
export const leaveWaitingList =
  (ports: Ports) =>
  async (userId: string, entryId: string): Promise<WaitingListEntry> => {
    const entry = await ownEntry(ports, userId, entryId)
    leave(ports, entry)
    return entry
  }

/** Frees what is held for somebody who leaves the mesh, then takes them off all that is kept. */
export const forgetPerson =
  (ports: Ports) =>
  async (userId: string, signal?: AbortSignal): Promise<void> => {
    const { waitingList, forget } = ports
    const leaveOne = async (entryId: string): Promise<void> => {
      const entry = await waitingList.find(entryId)
      if (entry) leave(ports, entry)
    }
    const failOn = (_purpose: string, _id: string, error: unknown): never => {
      throw error
    }
    // One that fails is no erasure: the whole is done again.
    const strictly = { apart: ports.apart, passedOver: failOn }
    await throughAll(strictly, 'leave', (seen) => waitingList.openOfUser(userId, seen), leaveOne, signal)
    forget(userId)
  }
