import { WaitingListOfferedSchema } from '#gen/troupe/inventory/v1/inventory_events_pb.ts'
import { Aggregate } from '#shared/domain/aggregate.ts'
import { alreadyExists, notFound, precondition } from '#shared/domain/errors.ts'
import { timestamp } from '#shared/domain/timestamp.ts'
import type { Movement } from './counts.ts'
import type { Order, Wish } from './hold.ts'
import { queueTicketUsed } from './queue-place.ts'

/** How long an offer stands. */
export const offerMs = 30 * 60_000

/** How long what was claimed is held at least. */
const claimMs = 10 * 60_000

/** How long an entry that has ended is remembered. */
export const keepEntriesMs = 90 * 24 * 60 * 60_000

/** LAPSED: the offer was not taken in time. RESERVED: a reservation has its tickets. */
export type EntryStatus = 'WAITING' | 'OFFERED' | 'CLAIMED' | 'RESERVED' | 'LAPSED' | 'LEFT'

/** Of which tickets, and how many. */
export interface PartyWish {
  eventId: string
  userId: string
  /** Any of these will do. */
  ticketTypeIds: readonly string[]
  partySize: number
  acceptsFewer: boolean
}

export const entryNotFound = () => notFound('WAITING_LIST_ENTRY_NOT_FOUND', 'you have no such entry')
const offerOver = () => precondition('OFFER_OVER', 'the offer was not taken in time')

/**
 * Somebody who waits for tickets, at last with some that are held for them: offered, claimed, and then a reservation's.
 * What is held goes on to the next once its time is over or they leave.
 */
export class WaitingListEntry extends Aggregate {
  readonly id!: string
  readonly eventId!: string
  readonly userId!: string
  readonly ticketTypeIds!: readonly string[]
  readonly partySize!: number
  readonly acceptsFewer!: boolean
  status!: EntryStatus
  offeredTypeId: string | undefined
  offeredQuantity: number | undefined
  offerExpiresAt: Date | undefined
  readonly joinedAt!: Date
  /** When it became what it is. */
  changedAt!: Date

  static join(id: string, wish: PartyWish, now: Date): WaitingListEntry {
    return Object.assign(new WaitingListEntry(), { id, ...wish, status: 'WAITING', joinedAt: now, changedAt: now })
  }

  /** Throws ALREADY_WAITING where it was for something else. */
  mustBeFor({ ticketTypeIds, partySize, acceptsFewer }: PartyWish): void {
    const isSame =
      this.partySize === partySize &&
      this.acceptsFewer === acceptsFewer &&
      [...this.ticketTypeIds].sort().join() === [...ticketTypeIds].sort().join()
    if (!isSame) throw alreadyExists('ALREADY_WAITING', 'you wait for other tickets of this event; leave that first')
  }

  /** What is held for it. */
  get items(): readonly Wish[] {
    if (!this.isHeld || !this.offeredTypeId || !this.offeredQuantity) return []
    return [{ ticketTypeId: this.offeredTypeId, quantity: this.offeredQuantity }]
  }

  private get isHeld(): boolean {
    return this.status === 'OFFERED' || this.status === 'CLAIMED'
  }

  private isOver(now: Date): boolean {
    return this.status === 'LAPSED' || (this.isHeld && this.offerExpiresAt !== undefined && this.offerExpiresAt <= now)
  }

  /** Holds tickets for somebody who waits: for all of the party, or a part where fewer would do. */
  offer(type: { id: string; name: string }, available: number, now: Date): Movement {
    const quantity = Math.min(available, this.partySize)
    this.become('OFFERED', now)
    this.offeredTypeId = type.id
    this.offeredQuantity = quantity
    this.offerExpiresAt = new Date(now.getTime() + offerMs)
    this.record(WaitingListOfferedSchema, {
      entryId: this.id,
      eventId: this.eventId,
      userId: this.userId,
      ticketTypeId: type.id,
      ticketTypeName: type.name,
      quantity,
      partySize: this.partySize,
      expiresAt: timestamp(this.offerExpiresAt),
    })
    return { from: 'available', to: 'held' }
  }

  /** Takes the offer; again changes nothing. Throws NOT_OFFERED, OFFER_OVER, QUEUE_TICKET_USED. */
  claim(now: Date): void {
    this.mustBeHeld(now)
    if (this.status === 'CLAIMED') return
    this.become('CLAIMED', now)
    const least = new Date(now.getTime() + claimMs)
    if (!this.offerExpiresAt || this.offerExpiresAt < least) this.offerExpiresAt = least
  }

  /**
   * Gives its tickets to a reservation, and says how many it does not want. Throws OFFER_MISMATCH, OFFER_OVER,
   * QUEUE_TICKET_USED.
   */
  reserve({ items }: Order, now: Date): Wish | undefined {
    this.mustBeHeld(now)
    const [held] = this.items
    const [wish, ...others] = items
    if (
      others.length > 0 ||
      wish?.ticketTypeId !== held?.ticketTypeId ||
      !wish ||
      !held ||
      wish.quantity > held.quantity
    )
      throw precondition('OFFER_MISMATCH', 'only what was offered can be reserved with this ticket, or fewer of it')
    this.become('RESERVED', now)
    const rest = held.quantity - wish.quantity
    return rest > 0 ? { ticketTypeId: held.ticketTypeId, quantity: rest } : undefined
  }

  private mustBeHeld(now: Date): void {
    if (this.status === 'RESERVED') throw queueTicketUsed()
    if (this.isOver(now)) throw offerOver()
    if (!this.isHeld) throw precondition('NOT_OFFERED', 'no tickets are held for you')
  }

  /** Ends it for good; frees what `items` held. Once it has ended, changes nothing. */
  leave(now: Date): Movement | undefined {
    if (!this.isHeld && this.status !== 'WAITING') return undefined
    return this.end('LEFT', now)
  }

  /** Frees what `items` held if its time is over. */
  lapse(now: Date): Movement | undefined {
    return this.isHeld && this.isOver(now) ? this.end('LAPSED', now) : undefined
  }

  private end(status: 'LEFT' | 'LAPSED', now: Date): Movement | undefined {
    const wasHeld = this.isHeld
    this.become(status, now)
    return wasHeld ? { from: 'held', to: 'available' } : undefined
  }

  private become(status: EntryStatus, now: Date): void {
    this.status = status
    this.changedAt = now
  }
}
