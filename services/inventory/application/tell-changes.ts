import { throughAll } from '#shared/application/through-all.ts'
import type { Reading } from '../domain/ticket-inventory.ts'
import { letInto } from './let-in.ts'
import { makeOffers } from './make-offers.ts'
import type { InventoryView, Ports } from './ports.ts'

const readingOf = ({ counts, version, types }: InventoryView): Reading => {
  const prices = types.filter((type) => type.counts.available > 0).map(({ price }) => price)
  return { counts, version, lowestPrice: prices[0], highestPrice: prices.at(-1) }
}

/**
 * Follows up on changes of an event's counters: offers what is free to those who wait for it, lets in those who wait for
 * a ticket to be there, and tells the other contexts what is left. Reads the counters as they are, so that what changed
 * often meanwhile is told once.
 */
export const tellChanges =
  (ports: Ports) =>
  (signal?: AbortSignal): Promise<void> => {
    const { inventories, reads, rooms, untold } = ports
    const [offer, letIn] = [makeOffers(ports), letInto(ports)]
    const tell = async (eventId: string): Promise<void> => {
      // Marks first: what changes after them has one of its own.
      const marks = await untold.marks(eventId)
      await offer(eventId)
      if ((await rooms.find(eventId))?.isPaused) await letIn(eventId)
      const [inventory, view] = await Promise.all([inventories.find(eventId), reads.inventory(eventId)])
      if (view) inventory?.tell(readingOf(view))
      untold.settle(eventId, marks)
    }
    return throughAll(ports, 'tell', untold.events, tell, signal)
  }
