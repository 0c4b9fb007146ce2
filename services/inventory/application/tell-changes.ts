import { throughAll } from '#shared/application/through-all.ts'
import type { Reading } from '../domain/ticket-inventory.ts'
import type { InventoryView, Ports } from './ports.ts'

const readingOf = ({ counts, version, types }: InventoryView): Reading => {
  const prices = types.filter((type) => type.counts.available > 0).map(({ price }) => price)
  return { counts, version, lowestPrice: prices[0], highestPrice: prices.at(-1) }
}

/**
 * Tells the other contexts what is left of events that changed. Reads the counters as they are, so that what changed
 * often meanwhile is told once.
 */
export const tellChanges =
  (ports: Ports) =>
  (signal?: AbortSignal): Promise<void> => {
    const { inventories, reads, untold } = ports
    const tell = async (eventId: string): Promise<void> => {
      // Marks first: what changes after them has one of its own.
      const marks = await untold.marks(eventId)
      const [inventory, view] = await Promise.all([inventories.find(eventId), reads.inventory(eventId)])
      if (view) inventory?.tell(readingOf(view))
      untold.settle(eventId, marks)
    }
    return throughAll(ports, 'tell', untold.events, tell, signal)
  }
