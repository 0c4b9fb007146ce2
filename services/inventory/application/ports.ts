import type { Clock } from '#shared/domain/clock.ts'
import type { DomainError } from '#shared/domain/errors.ts'
import type { Ids } from '#shared/domain/ids.ts'
import type { Movement, TicketCounts } from '../domain/counts.ts'
import type { Hold, Wish } from '../domain/hold.ts'
import type { Sale } from '../domain/sale.ts'
import type { TicketInventory } from '../domain/ticket-inventory.ts'
import type { TicketType } from '../domain/ticket-type.ts'
import type { RoomTerms } from '../domain/waiting-room.ts'
import type { Queue, QueueTickets, WaitingList, WaitingRooms } from './waiting-ports.ts'

export interface Inventories {
  find(eventId: string): Promise<TicketInventory | undefined>
  /** Throws EVENT_NOT_FOUND. */
  get(eventId: string): Promise<TicketInventory>
  add(inventory: TicketInventory): void
}

export interface TicketTypes {
  ofEvent(eventId: string): Promise<TicketType[]>
  /** With a counter on which all of them are available. */
  add(type: TicketType, total: number): void
}

export interface Holds {
  find(reservationId: string): Promise<Hold | undefined>
  /** Those that there are. */
  findAll(reservationIds: readonly string[]): Promise<Hold[]>
  add(hold: Hold): void
  /** Some that have lapsed and still count, of one event or of all, but for those that were looked at. */
  lapsing(now: Date, seen: readonly string[], eventId?: string): Promise<string[]>
}

/** Tickets that are counted as held, or come to be. */
export interface Held {
  eventId: string | undefined
  items: readonly Wish[]
}

/**
 * Where the tickets of each type are. Whatever changes is written by the unit being run, with what its event's watchers
 * and the other contexts are to hear of it.
 */
export interface Counts {
  /** Moves tickets of an event. The unit fails as `orElse` where there are too few. */
  move(held: Held, movement: Movement, orElse: (ticketTypeId: string) => DomainError): void
  /** Makes available tickets of a type, or takes them away; 0 where only what is said of it changes. */
  resize(type: TicketType, by: number, orElse: DomainError): void
}

/** An inventory as everybody sees it. */
export interface InventoryView {
  eventId: string
  isClosed: boolean
  capacity: number
  currency: string
  counts: TicketCounts
  /** Cheapest first. */
  types: readonly TypeView[]
  version: number
  /** Undefined where there is none, or it is closed. */
  waitingRoom: RoomTerms | undefined
  asOf: Date
}

export interface TypeView {
  id: string
  name: string
  description: string
  price: number
  counts: TicketCounts
  saleStartsAt: Date | undefined
  saleEndsAt: Date
  perOrderLimit: number
}

export interface Reads {
  inventory(eventId: string): Promise<InventoryView | undefined>
  /** What decides whether some types of an event are sold, as of one moment. Throws EVENT_NOT_FOUND. */
  sale(eventId: string, ticketTypeIds: readonly string[], now: Date): Promise<Sale>
}

/** What changed and was not told to other contexts. */
export interface Untold {
  /** Some events of which something changed, but for those that were looked at. */
  events(seen: readonly string[]): Promise<string[]>
  /** The marks of what changed of an event. */
  marks(eventId: string): Promise<number[]>
  /** Notes that something changed. */
  mark(eventId: string): void
  /** Notes that the changes with these marks were told. */
  settle(eventId: string, marks: readonly number[]): void
}

/** What the use cases of inventory need. */
export interface Ports {
  inventories: Inventories
  ticketTypes: TicketTypes
  holds: Holds
  counts: Counts
  reads: Reads
  rooms: WaitingRooms
  queue: Queue
  queueTickets: QueueTickets
  waitingList: WaitingList
  untold: Untold
  /** Takes a person's id off all that is kept. */
  forget: (userId: string) => void
  clock: Clock
  ids: Ids
  /** Runs a unit of work of its own and commits it. */
  apart: <T>(purpose: string, run: () => Promise<T>) => Promise<T>
  /** What was to be done to a hold or an event failed; others are not kept from it. */
  passedOver: (purpose: string, id: string, error: unknown) => void
  /** Tells who watches an event, or a line, once the unit is committed. */
  tellWatchers: (topic: string) => void
  /** Yields whenever the topic may have changed, `false` for a heartbeat; ends with the signal. */
  watch: (topic: string, signal: AbortSignal) => AsyncIterable<boolean>
}
