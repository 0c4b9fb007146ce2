import type { Clock } from '#shared/domain/clock.ts'
import type { Ids } from '#shared/domain/ids.ts'
import { Event } from '../domain/event.ts'
import type { EventDetails } from '../domain/event-details.ts'
import type { Events } from '../domain/ports.ts'
import type { TicketTypeInput } from '../domain/ticket-type.ts'
import type { EventReads, EventView } from './views.ts'

interface Ports {
  events: Events
  reads: EventReads
  clock: Clock
  ids: Ids
}

/** Begins an event as a draft. Throws what is wrong with a detail or a ticket type, ORGANIZER_LEFT. */
export const createEvent =
  ({ events, reads, clock, ids }: Ports) =>
  (organizerId: string, details: EventDetails, inputs: readonly TicketTypeInput[]): Promise<EventView> => {
    const id = ids.next()
    const ticketTypes = inputs.map((type) => [ids.next(), type] as const)
    const event = Event.begin({ ...details, id, organizerId, ticketTypes }, clock.now())
    events.add(event)
    return reads.ofEvent(event)
  }
