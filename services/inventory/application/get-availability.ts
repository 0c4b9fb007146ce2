import { setTimeout as sleep } from 'node:timers/promises'
import { eventNotFound } from '../domain/ticket-inventory.ts'
import type { InventoryView, Ports } from './ports.ts'

/** How much may come together before watchers are told of it. */
const gatherMs = 300

/** What is left of an event's tickets, now. Throws EVENT_NOT_FOUND. */
export const getAvailability =
  ({ reads }: Pick<Ports, 'reads'>) =>
  async (eventId: string): Promise<InventoryView> => {
    const view = await reads.inventory(eventId)
    if (!view) throw eventNotFound()
    return view
  }

const contentOf = (view: InventoryView): string => JSON.stringify({ ...view, asOf: undefined })

/**
 * What is left of an event's tickets, at first and whenever it changes; undefined as a sign of life. Ends when the event
 * is closed. Throws EVENT_NOT_FOUND.
 */
export const watchAvailability = ({ reads, watch }: Pick<Ports, 'reads' | 'watch'>) => {
  const get = getAvailability({ reads })
  return async function* (eventId: string, signal: AbortSignal): AsyncGenerator<InventoryView | undefined> {
    let known = ''
    for await (const isWoken of watch(eventId, signal)) {
      // Whoever wakes during this is heard after it.
      if (isWoken && known) await sleep(gatherMs, undefined, { signal }).catch(() => {})
      if (signal.aborted) return
      const view = await get(eventId)
      const content = contentOf(view)
      if (content !== known) yield view
      else if (!isWoken) yield undefined
      known = content
      if (view.isClosed) return
    }
  }
}
