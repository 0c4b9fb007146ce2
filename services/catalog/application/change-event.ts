import type { Clock } from '#shared/domain/clock.ts'
import type { Event } from '../domain/event.ts'
import type { Events } from '../domain/ports.ts'
import type { EventReads, EventView } from './views.ts'

interface Ports {
  events: Events
  reads: EventReads
  clock: Clock
}

/** Changes an organiser's own event. Throws EVENT_NOT_FOUND, NOT_THE_ORGANIZER, and what the change does. */
export const changeEvent =
  ({ events, reads, clock }: Ports) =>
  async (organizerId: string, id: string, change: (event: Event, now: Date) => void): Promise<EventView> => {
    const event = await events.getOwn(organizerId, id)
    change(event, clock.now())
    events.save(event)
    return reads.ofEvent(event)
  }

/** Completes an event whose end has passed; one that does not end yet, or is not there any more, is no matter. */
export const completePastEvent =
  ({ events, clock }: Pick<Ports, 'events' | 'clock'>) =>
  async (id: string): Promise<void> => {
    const event = await events.find(id)
    if (!event) return
    event.completePast(clock.now())
    events.save(event)
  }
