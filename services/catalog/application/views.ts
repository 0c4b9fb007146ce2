import type { Page, Paged } from '#shared/application/paged.ts'
import type { Event } from '../domain/event.ts'
import type { EventState, EventStatus } from '../domain/event-state.ts'
import type { Coordinates } from '../domain/venue.ts'

/** What is left of an event's tickets, as inventory last told. */
export interface Availability {
  total: number
  available: number
  /** ISO 4217; undefined, with both prices, when nothing is left. */
  currency: string | undefined
  /** In minor units. */
  lowestPrice: number | undefined
  highestPrice: number | undefined
}

type Facts = Omit<
  { [Key in keyof EventState as EventState[Key] extends (...args: never[]) => unknown ? never : Key]: EventState[Key] },
  'revision'
>

/** An event as somebody sees it. */
export interface EventView extends Facts {
  availability: Availability | undefined
}

/** An event as lists show it. */
export type SummaryView = Omit<
  EventView,
  'description' | 'organizer' | 'cancelReason' | 'ticketTypes' | 'createdAt' | 'updatedAt'
> & {
  /** From where was looked near. */
  distanceKm?: number | undefined
}

export type EventOrder = 'relevance' | 'start' | 'distance' | 'price'

/** What is searched for; all that is set must hold. */
export interface EventFilter {
  text: string
  category: string
  near: { center: Coordinates; radiusKm: number } | undefined
  startsAfter: Date | undefined
  startsBefore: Date | undefined
  /** In minor units of the currency. */
  price: { currency: string; min: bigint; max: bigint | undefined } | undefined
  onlyAvailable: boolean
  storyId: string
  order: EventOrder
}

export interface EventReads {
  /** Throws EVENT_NOT_FOUND for what the viewer may not see. */
  view(id: string, viewer: string | undefined): Promise<EventView>
  /** Its organiser's view of an event that the unit of work changes. */
  ofEvent(event: Event): Promise<EventView>
  ofOrganizer(organizerId: string, status: EventStatus | undefined, page: Page): Promise<Paged<SummaryView>>
}

export interface EventSearch {
  /** Published events that are not over at `now`. */
  search(filter: EventFilter, now: Date, page: Page): Promise<Paged<SummaryView>>
}

/** Keeps what inventory told last. */
export interface Availabilities {
  /** What is older than `version` is forgotten; what is newer stays. */
  note(eventId: string, version: bigint, told: Availability): void
}
