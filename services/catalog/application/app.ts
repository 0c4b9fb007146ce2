import type { Page } from '#shared/application/paged.ts'
import type { Clock } from '#shared/domain/clock.ts'
import { invalid } from '#shared/domain/errors.ts'
import type { Ids } from '#shared/domain/ids.ts'
import { plainText } from '#shared/domain/plain-text.ts'
import type { DetailsChange } from '../domain/event-details.ts'
import type { EventStatus } from '../domain/event-state.ts'
import { labelKey } from '../domain/event-text.ts'
import type { Events } from '../domain/ports.ts'
import type { TicketTypeChange, TicketTypeInput } from '../domain/ticket-type.ts'
import { changeEvent, completePastEvent } from './change-event.ts'
import { createEvent } from './create-event.ts'
import { eraseOrganizer } from './erase-organizer.ts'
import type { Availabilities, Availability, EventFilter, EventReads, EventSearch } from './views.ts'

/** All that the use cases of catalog need from outside. */
export interface CatalogPorts {
  events: Events
  reads: EventReads
  search: EventSearch
  availabilities: Availabilities
  clock: Clock
  ids: Ids
  /** Runs a unit of work of its own and commits it. */
  commit: <T>(run: () => Promise<T>) => Promise<T>
}

/** The use cases of catalog. */
export const catalogApp = (ports: CatalogPorts) => {
  const { reads, search, availabilities, clock, ids } = ports
  const change = changeEvent(ports)
  return {
    createEvent: createEvent(ports),
    updateEvent: (organizer: string, id: string, expectedVersion: number, changes: DetailsChange) =>
      change(organizer, id, (event, now) => event.edit(changes, expectedVersion, now)),
    publishEvent: (organizer: string, id: string) => change(organizer, id, (event, now) => event.publish(now)),
    cancelEvent: (organizer: string, id: string, reason: string) =>
      change(organizer, id, (event, now) => event.cancel(reason, now)),
    completeEvent: (organizer: string, id: string) => change(organizer, id, (event, now) => event.complete(now)),
    addTicketType: async (organizer: string, id: string, input: TicketTypeInput) => {
      const ticketTypeId = ids.next()
      const event = await change(organizer, id, (draft, now) => draft.addTicketType(ticketTypeId, input, now))
      return { event, ticketTypeId }
    },
    updateTicketType: (organizer: string, id: string, ticketTypeId: string, changes: TicketTypeChange) =>
      change(organizer, id, (event, now) => event.changeTicketType(ticketTypeId, changes, now)),
    removeTicketType: (organizer: string, id: string, ticketTypeId: string) =>
      change(organizer, id, (event, now) => event.removeTicketType(ticketTypeId, now)),
    completePastEvent: completePastEvent(ports),
    getEvent: (id: string, viewer: string | undefined) => reads.view(id, viewer),
    listMyEvents: (organizer: string, status: EventStatus | undefined, page: Page) =>
      reads.ofOrganizer(organizer, status, page),
    /** Throws NEAR_REQUIRED, INVALID_TEXT, INVALID_PAGE_TOKEN. */
    searchEvents: (filter: EventFilter, page: Page) => {
      if (filter.order === 'distance' && !filter.near) {
        throw invalid('near', 'NEAR_REQUIRED', 'must say from where distances are measured')
      }
      const text = plainText('text', filter.text).trim()
      const category = labelKey(plainText('category', filter.category))
      const order = filter.order === 'relevance' && text === '' ? 'start' : filter.order
      return search.search({ ...filter, text, category, order }, clock.now(), page)
    },
    noteAvailability: (eventId: string, version: bigint, told: Availability) =>
      availabilities.note(eventId, version, told),
    eraseOrganizer: eraseOrganizer(ports),
  }
}

export type CatalogApp = ReturnType<typeof catalogApp>
