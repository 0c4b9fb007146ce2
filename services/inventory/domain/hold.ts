import { ReleaseReason } from '#gen/troupe/inventory/v1/hold_pb.ts'
import {
  TicketsCommittedSchema,
  TicketsReleasedSchema,
  TicketsReservedSchema,
} from '#gen/troupe/inventory/v1/inventory_events_pb.ts'
import { Aggregate } from '#shared/domain/aggregate.ts'
import { notFound, precondition } from '#shared/domain/errors.ts'
import { timestamp } from '#shared/domain/timestamp.ts'
import type { Movement } from './counts.ts'

/** How long a hold stands where nobody says. */
export const holdMs = 10 * 60_000

/** How long one that holds nothing any more is remembered, for what comes late. */
export const keepHoldsMs = 30 * 24 * 60 * 60_000

/**
 * LAPSED: nobody decided in time; RELEASED: whoever held them gave them back, maybe before there was anything to give;
 * RETURNED: they were sold, and given back.
 */
export type HoldStatus = 'HELD' | 'COMMITTED' | 'LAPSED' | 'RELEASED' | 'RETURNED'

export interface Wish {
  ticketTypeId: string
  quantity: number
}

export interface HeldItem extends Wish {
  name: string
  /** Of one ticket, in minor units, when it was held. */
  unitPrice: number
  currency: string
}

/** What a reservation wants. */
export interface Order {
  reservationId: string
  eventId: string
  userId: string
  items: readonly Wish[]
}

export const holdNotFound = () => notFound('HOLD_NOT_FOUND', 'nothing was ever set aside for this reservation')
const wasReleased = () => precondition('HOLD_RELEASED', 'what was set aside for this reservation was given back')

/**
 * Tickets set aside for a reservation. It goes one way: what is held is committed, released or lapses, once; what lapsed
 * may still be committed where its tickets are free, until it is released; what is committed may be returned. Each step
 * says where its tickets go.
 */
export class Hold extends Aggregate {
  /** The reservation's. */
  readonly id!: string
  /** Undefined for what was released before anything was set aside. */
  readonly eventId: string | undefined
  /** Undefined as well once they have left. */
  readonly userId: string | undefined
  readonly items!: readonly HeldItem[]
  status!: HoldStatus
  readonly expiresAt: Date | undefined
  /** When it became what it is. */
  changedAt!: Date

  static of({ reservationId, eventId, userId }: Order, items: readonly HeldItem[], now: Date, forMs: number): Hold {
    const expiresAt = new Date(now.getTime() + forMs)
    const hold = Object.assign(new Hold(), { id: reservationId, eventId, userId, items, expiresAt })
    hold.become('HELD', now)
    hold.record(TicketsReservedSchema, { ...hold.told, expiresAt: timestamp(expiresAt) })
    return hold
  }

  /** Remembers a release that came first, so that nothing is set aside after it. */
  static releasedBefore(reservationId: string, now: Date): Hold {
    const hold = Object.assign(new Hold(), { id: reservationId, items: [] })
    hold.become('RELEASED', now)
    return hold
  }

  /** Throws HOLD_MISMATCH where it was made for something else, HOLD_RELEASED where it holds nothing any more. */
  mustBeFor({ eventId, userId, items }: Order): void {
    if (!this.eventId) throw wasReleased()
    const isSame =
      this.eventId === eventId &&
      (this.userId ?? userId) === userId &&
      this.items.length === items.length &&
      items.every((wish) =>
        this.items.some((item) => item.ticketTypeId === wish.ticketTypeId && item.quantity === wish.quantity),
      )
    if (!isSame) throw precondition('HOLD_MISMATCH', 'this reservation was made for something else')
    if (this.status !== 'HELD' && this.status !== 'COMMITTED') throw wasReleased()
  }

  /** Sells its tickets; again changes nothing. Throws HOLD_RELEASED. */
  commit(now: Date): Movement | undefined {
    if (this.status === 'COMMITTED') return undefined
    if (this.status === 'RELEASED' || this.status === 'RETURNED') throw wasReleased()
    const from = this.status === 'HELD' ? 'held' : 'available'
    this.become('COMMITTED', now)
    this.record(TicketsCommittedSchema, this.told)
    return { from, to: 'committed' }
  }

  /** Gives its tickets back, for good, also those that are sold; again changes nothing. */
  release(now: Date): Movement | undefined {
    if (this.status === 'COMMITTED') return this.free('RETURNED', now)
    if (this.status === 'HELD') return this.free('RELEASED', now)
    if (this.status === 'LAPSED') this.become('RELEASED', now)
    return undefined
  }

  /** Frees its tickets if its time is over. */
  lapse(now: Date): Movement | undefined {
    if (this.status !== 'HELD' || !this.expiresAt || this.expiresAt > now) return undefined
    return this.free('LAPSED', now)
  }

  private free(status: 'LAPSED' | 'RELEASED' | 'RETURNED', now: Date): Movement {
    const from = status === 'RETURNED' ? 'committed' : 'held'
    this.become(status, now)
    this.record(TicketsReleasedSchema, { ...this.told, reason: ReleaseReason[status] })
    return { from, to: 'available' }
  }

  private become(status: HoldStatus, now: Date): void {
    this.status = status
    this.changedAt = now
  }

  private get told() {
    const items = this.items.map(({ ticketTypeId, quantity }) => ({ ticketTypeId, quantity }))
    return { reservationId: this.id, eventId: this.eventId ?? '', items }
  }
}
