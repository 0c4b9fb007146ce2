import { invalid } from '#shared/domain/errors.ts'
import { type PublishedEvent, TicketInventory } from '../domain/ticket-inventory.ts'
import { type Terms, TicketType } from '../domain/ticket-type.ts'
import type { Ports } from './ports.ts'
import { queueTopic } from './queue-topic.ts'

/** A ticket type as catalog drew it up. */
export interface DrawnType extends Terms {
  id: string
  total: number
  currency: string
}

const currencyOf = (types: readonly DrawnType[]): string => {
  const [currency = '', ...others] = new Set(types.map((type) => type.currency))
  if (others.length > 0) throw invalid('ticket_types', 'CURRENCY_MISMATCH', 'all prices of an event have one currency')
  return currency
}

/** Puts the tickets of an event on sale, once. Throws CAPACITY_EXCEEDED, CURRENCY_MISMATCH, TICKET_TYPE_EXISTS. */
export const publishInventory =
  ({ inventories, ticketTypes, untold }: Ports) =>
  async (event: PublishedEvent, types: readonly DrawnType[]): Promise<void> => {
    if (await inventories.find(event.eventId)) return
    const total = types.reduce((sum, type) => sum + type.total, 0)
    inventories.add(TicketInventory.publish(event, currencyOf(types), total))
    for (const type of types) ticketTypes.add(TicketType.of(type.id, event.eventId, type, event.startsAt), type.total)
    untold.mark(event.eventId)
  }

/** Takes over what an event became. One whose publication was not heard of has no tickets yet. */
export const followEvent =
  ({ inventories, tellWatchers }: Ports) =>
  async ({ eventId, ...event }: Omit<PublishedEvent, 'organizerId'>): Promise<void> => {
    const inventory = await inventories.find(eventId)
    inventory?.follow(event)
    tellWatchers(eventId)
  }

/** Ends the sale for an event that is cancelled or over. */
export const closeInventory =
  ({ inventories, rooms, clock, tellWatchers }: Ports) =>
  async (eventId: string, organizerId: string): Promise<void> => {
    const now = clock.now()
    const [inventory, room] = await Promise.all([inventories.find(eventId), rooms.find(eventId)])
    if (inventory) inventory.close()
    else inventories.add(TicketInventory.closedBefore(eventId, organizerId, now))
    room?.close(now)
    tellWatchers(eventId)
    tellWatchers(queueTopic(eventId))
  }
