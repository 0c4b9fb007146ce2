import type { QueuePlace, RoomState } from '../domain/queue-place.ts'
import type { WaitingListEntry } from '../domain/waiting-list-entry.ts'
import type { WaitingRoom, Wave } from '../domain/waiting-room.ts'

/** Waiting rooms, by their event. */
export interface WaitingRooms {
  find(eventId: string): Promise<WaitingRoom | undefined>
  add(room: WaitingRoom): void
  /** Some in which somebody waits and whose next may be let in, but for those that were looked at. */
  due(now: Date, seen: readonly string[]): Promise<string[]>
  /** As they stand; who asks at the same time is answered by one statement. Throws EVENT_NOT_FOUND. */
  state(eventId: string): Promise<{ isClosed: boolean; room: RoomState | undefined }>
}

/** The line in a waiting room. */
export interface Queue {
  /** Who asks at the same time is answered by one statement. */
  place(eventId: string, userId: string): Promise<QueuePlace | undefined>
  /** Gives a place at the end, unless there is another than the one that is known and over. */
  join(eventId: string, userId: string, known: number | undefined, now: Date): void
  /** Notes that a place was let in with others. */
  letIn(eventId: string, wave: Wave): void
  /** The last position that there is, and how many are inside: let in, in their turn, without a reservation yet. */
  crowd(eventId: string, now: Date): Promise<{ joined: number; inside: number }>
  /** Uses a place for a reservation. The unit is run again where it was used or given up meanwhile. */
  use(place: QueuePlace, reservationId: string): void
}

/** What a queue ticket says, once its signature was checked. */
export type QueuePass = { eventId: string; userId: string } & (
  | { kind: 'place'; position: number }
  | { kind: 'offer'; entryId: string }
)

export interface QueueTickets {
  of(pass: QueuePass): string
  /** Undefined for what was not signed here. */
  read(ticket: string): QueuePass | undefined
}

/** An entry as its owner sees it. */
export type EntryView = Pick<
  WaitingListEntry,
  | 'id'
  | 'eventId'
  | 'ticketTypeIds'
  | 'partySize'
  | 'acceptsFewer'
  | 'status'
  | 'offeredTypeId'
  | 'offeredQuantity'
  | 'offerExpiresAt'
  | 'joinedAt'
>

/** Those who wait for tickets. */
export interface WaitingList {
  find(entryId: string): Promise<WaitingListEntry | undefined>
  /** Somebody's that has not ended, of an event. */
  openOf(eventId: string, userId: string): Promise<WaitingListEntry | undefined>
  /** Behind everybody who waits. */
  add(entry: WaitingListEntry): void
  /** Takes it out of those who wait. */
  unlist(entryId: string): void
  /** Ticket types of an event of which so many are available that somebody could be offered some. */
  wanted(eventId: string): Promise<string[]>
  /** Whose turn it is to be offered some of so many tickets: the first whole party, or the first whom fewer would do. */
  next(ticketTypeId: string, available: number): Promise<WaitingListEntry | undefined>
  /** Some whose offer's time is over, of one event or of all, but for those that were looked at. */
  lapsing(now: Date, seen: readonly string[], eventId?: string): Promise<string[]>
  /** Some of somebody's that have not ended, but for those that were looked at. */
  openOfUser(userId: string, seen: readonly string[]): Promise<string[]>
  /** Somebody's, newest first. Throws INVALID_PAGE_TOKEN. */
  page(userId: string, size: number, token: string): Promise<{ items: EntryView[]; nextPageToken: string }>
}
