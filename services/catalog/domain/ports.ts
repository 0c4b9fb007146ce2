import type { Event } from './event.ts'

/** The events. What the search shows follows with `save`. */
export interface Events {
  find(id: string): Promise<Event | undefined>
  /** Throws EVENT_NOT_FOUND, NOT_THE_ORGANIZER. */
  getOwn(organizerId: string, id: string): Promise<Event>
  /** Fails with ORGANIZER_LEFT for who has left. */
  add(event: Event): void
  /** Keeps what the search shows of an event in step with it, as it is now. */
  save(event: Event): void
  remove(event: Event): void
  /** From the commit on an organiser begins nothing any more. */
  leave(organizerId: string): void
  /** Some of an organiser's events that are open or tell how to reach them, at most `limit`. */
  unsettled(organizerId: string, limit: number): Promise<Event[]>
}
