import {
  InventoryCreatedSchema,
  InventoryUpdatedSchema,
  SoldOutSchema,
} from '#gen/troupe/inventory/v1/inventory_events_pb.ts'
import { Aggregate } from '#shared/domain/aggregate.ts'
import { denied, invalid, notFound, precondition } from '#shared/domain/errors.ts'
import { availabilityOf, type TicketCounts } from './counts.ts'

const mostTicketTypes = 50

/** What a published event says of itself. */
export interface PublishedEvent {
  eventId: string
  organizerId: string
  startsAt: Date
  endsAt: Date
  /** 0 for no bound. */
  capacity: number
  /** Of the event. */
  version: number
}

/** What is left of an event's tickets, as its counters told it at one of their versions. */
export interface Reading {
  counts: TicketCounts
  version: number
  /** Of what is available, in minor units. */
  lowestPrice: number | undefined
  highestPrice: number | undefined
}

export const eventNotFound = () => notFound('EVENT_NOT_FOUND', 'there are no tickets of such an event')
export const eventClosed = () => precondition('EVENT_CLOSED', 'the event is cancelled or over')

const roomier = (one: number, other: number): number => (one === 0 || other === 0 ? 0 : Math.max(one, other))

/**
 * The tickets of an event: how many there may be, and whether they are on sale. What is held and sold is counted
 * elsewhere, so that those who buy at once do not wait for this.
 */
export class TicketInventory extends Aggregate {
  /** The event's. */
  readonly id!: string
  /** Undefined once they have left. */
  readonly organizerId: string | undefined
  /** Most tickets that there may ever be; 0 for no bound. */
  capacity!: number
  /** The sum of all ticket types. */
  ticketTotal!: number
  /** Empty until there is a ticket type. */
  readonly currency!: string
  startsAt!: Date
  endsAt!: Date
  isClosed!: boolean
  /** The event's, as far as it was heard of. */
  eventVersion!: number
  /** The counters', as far as it was told. */
  toldVersion!: number
  isToldSoldOut!: boolean

  /** Throws CAPACITY_EXCEEDED. */
  static publish(event: PublishedEvent, currency: string, ticketTotal: number): TicketInventory {
    const inventory = TicketInventory.make(event, currency)
    inventory.grow(ticketTotal)
    inventory.record(InventoryCreatedSchema, { eventId: event.eventId, total: ticketTotal })
    return inventory
  }

  /** Remembers the end of an event whose publication was not heard of, so that nothing of it is sold after that. */
  static closedBefore(eventId: string, organizerId: string, now: Date): TicketInventory {
    const event = { eventId, organizerId, startsAt: now, endsAt: now, capacity: 0, version: 0 }
    const inventory = TicketInventory.make(event, '')
    inventory.close()
    return inventory
  }

  private static make({ eventId, version, ...event }: PublishedEvent, currency: string): TicketInventory {
    const told = { toldVersion: 0, isToldSoldOut: false }
    const state = { id: eventId, eventVersion: version, currency, ticketTotal: 0, isClosed: false }
    return Object.assign(new TicketInventory(), { ...event, ...state, ...told })
  }

  /** Takes over what holds now; what is older than what is known changes nothing. Never leaves less room. */
  follow({ startsAt, endsAt, capacity, version }: Omit<PublishedEvent, 'eventId' | 'organizerId'>): void {
    if (version <= this.eventVersion) return
    this.eventVersion = version
    this.startsAt = startsAt
    this.endsAt = endsAt
    this.capacity = roomier(this.capacity, capacity)
  }

  close(): void {
    this.isClosed = true
  }

  /** Throws NOT_THE_ORGANIZER. */
  mustBelongTo(userId: string): void {
    if (this.organizerId !== userId) throw denied('NOT_THE_ORGANIZER', 'only its organiser may change what is on sale')
  }

  /** Throws NOT_THE_ORGANIZER, EVENT_CLOSED. */
  mustBeChangeableBy(userId: string): void {
    this.mustBelongTo(userId)
    if (this.isClosed) throw eventClosed()
  }

  /** Throws TOO_MANY_TICKET_TYPES, CURRENCY_MISMATCH for one more ticket type. */
  mustTakeType(present: number, currency: string): void {
    if (present >= mostTicketTypes) {
      throw precondition('TOO_MANY_TICKET_TYPES', `an event has at most ${mostTicketTypes} ticket types`)
    }
    if (currency !== this.currency) {
      throw invalid('currency', 'CURRENCY_MISMATCH', `must be ${this.currency}, as for the event's others`)
    }
  }

  /** Makes more tickets, or fewer. Throws CAPACITY_EXCEEDED. */
  grow(by: number): void {
    this.ticketTotal += by
    if (by > 0 && this.capacity > 0 && this.ticketTotal > this.capacity) {
      throw precondition('CAPACITY_EXCEEDED', `there may be ${this.capacity} tickets, not ${this.ticketTotal}`)
    }
  }

  /** Tells what is left, unless that was told. */
  tell({ counts, version, lowestPrice, highestPrice }: Reading): void {
    if (version <= this.toldVersion) return
    this.toldVersion = version
    const told = { eventId: this.id, inventoryVersion: BigInt(version) }
    const money = (amount: number | undefined) =>
      amount === undefined ? undefined : { minorUnits: BigInt(amount), currency: this.currency }
    const [lowest, highest] = [money(lowestPrice), money(highestPrice)]
    this.record(InventoryUpdatedSchema, {
      ...told,
      ...counts,
      ...(lowest && { lowestPrice: lowest }),
      ...(highest && { highestPrice: highest }),
    })
    const isSoldOut = availabilityOf(counts) === 'SOLD_OUT'
    if (isSoldOut && !this.isToldSoldOut) this.record(SoldOutSchema, told)
    this.isToldSoldOut = isSoldOut
  }
}
