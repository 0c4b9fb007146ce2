import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ReleaseReason } from '#gen/troupe/inventory/v1/hold_pb.ts'
import { recordedEvents } from '#shared/domain/aggregate.ts'
import { DomainError } from '#shared/domain/errors.ts'
import type { Movement, TicketCounts } from '../domain/counts.ts'
import { availabilityOf, sumOf } from '../domain/counts.ts'
import { Hold, type HoldStatus, type Order } from '../domain/hold.ts'
import { mustBeFree, mustDiffer, type Offer, type Sale, sell } from '../domain/sale.ts'
import { TicketInventory } from '../domain/ticket-inventory.ts'
import { TicketType } from '../domain/ticket-type.ts'

const start = new Date('2026-11-20T10:00:00Z')
const at = (minutes: number) => new Date(start.getTime() + minutes * 60_000)
const refused = (reason: string) => expect.objectContaining({ reason })
const order = (quantity = 2): Order => ({
  reservationId: 'r',
  eventId: 'e',
  userId: 'u',
  items: [{ ticketTypeId: 't', quantity }],
})
const held = (quantity = 2) =>
  Hold.of(order(quantity), [{ ticketTypeId: 't', quantity, name: 'T', unitPrice: 5, currency: 'EUR' }], start, 600_000)
const told = (hold: Hold) => recordedEvents(hold).map(({ schema }) => schema.name)

describe('a hold', () => {
  it('is committed once', () => {
    const hold = held()
    expect(hold.commit(at(1))).toEqual({ from: 'held', to: 'committed' })
    expect(hold.commit(at(2))).toBeUndefined()
    expect(hold.lapse(at(20))).toBeUndefined()
    expect(told(hold)).toEqual(['TicketsReserved', 'TicketsCommitted'])
  })

  it('that is committed is returned once, and stays so', () => {
    const hold = held()
    hold.commit(at(1))
    expect(hold.release(at(2))).toEqual({ from: 'committed', to: 'available' })
    expect(hold.status).toBe('RETURNED')
    expect(hold.release(at(3))).toBeUndefined()
    expect(hold.lapse(at(20))).toBeUndefined()
    expect(() => hold.commit(at(4))).toThrow(refused('HOLD_RELEASED'))
    expect(() => hold.mustBeFor(order())).toThrow(refused('HOLD_RELEASED'))
    const [, , released] = recordedEvents(hold)
    expect(released?.message).toMatchObject({ reason: ReleaseReason.RETURNED })
    expect(told(hold)).toEqual(['TicketsReserved', 'TicketsCommitted', 'TicketsReleased'])
  })

  it('is released once, and stays so', () => {
    const hold = held()
    expect(hold.release(at(1))).toEqual({ from: 'held', to: 'available' })
    expect(hold.release(at(2))).toBeUndefined()
    expect(() => hold.commit(at(3))).toThrow(refused('HOLD_RELEASED'))
    expect(() => hold.mustBeFor(order())).toThrow(refused('HOLD_RELEASED'))
    expect(told(hold)).toEqual(['TicketsReserved', 'TicketsReleased'])
  })

  it('lapses when its time is over, and may still be committed, until it is released', () => {
    const [late, given] = [held(), held()]
    expect(late.lapse(at(9.99))).toBeUndefined()
    expect(late.lapse(at(10))).toEqual({ from: 'held', to: 'available' })
    expect(late.commit(at(11))).toEqual({ from: 'available', to: 'committed' })
    given.lapse(at(10))
    expect(given.release(at(11))).toBeUndefined()
    expect(() => given.commit(at(12))).toThrow(refused('HOLD_RELEASED'))
    expect(told(given)).toEqual(['TicketsReserved', 'TicketsReleased'])
  })

  it('that was released before it was made lets nothing be set aside', () => {
    const tombstone = Hold.releasedBefore('r', start)
    expect(() => tombstone.mustBeFor(order())).toThrow(refused('HOLD_RELEASED'))
    expect(() => tombstone.commit(start)).toThrow(refused('HOLD_RELEASED'))
    expect(tombstone.release(start)).toBeUndefined()
    expect(told(tombstone)).toEqual([])
  })

  it('is for one order, also when who made it has left', () => {
    const hold = held()
    hold.mustBeFor(order())
    expect(() => hold.mustBeFor(order(3))).toThrow(refused('HOLD_MISMATCH'))
    expect(() => hold.mustBeFor({ ...order(), eventId: 'other' })).toThrow(refused('HOLD_MISMATCH'))
    expect(() => hold.mustBeFor({ ...order(), userId: 'other' })).toThrow(refused('HOLD_MISMATCH'))
    Object.assign(hold, { userId: undefined })
    hold.mustBeFor(order())
  })
})

type Step = 'reserve' | 'commit' | 'release' | 'lapse'
const next: Record<HoldStatus | 'NONE', readonly (HoldStatus | 'NONE')[]> = {
  NONE: ['NONE', 'HELD', 'RELEASED'],
  HELD: ['HELD', 'COMMITTED', 'LAPSED', 'RELEASED'],
  LAPSED: ['LAPSED', 'COMMITTED', 'RELEASED'],
  COMMITTED: ['COMMITTED', 'RETURNED'],
  RELEASED: ['RELEASED'],
  RETURNED: ['RETURNED'],
}

it('whatever happens in whatever order, counts add up, match the holds, and each hold goes one way', () => {
  const steps = fc.array(
    fc.record({
      hold: fc.integer({ min: 0, max: 3 }),
      step: fc.constantFrom<Step>('reserve', 'commit', 'release', 'lapse'),
      quantity: fc.integer({ min: 1, max: 4 }),
      pass: fc.integer({ min: 0, max: 8 }),
    }),
    { minLength: 20, maxLength: 60 },
  )
  fc.assert(
    fc.property(steps, fc.integer({ min: 0, max: 10 }), (history, total) => {
      const counts: TicketCounts = { total, available: total, held: 0, committed: 0 }
      const holds = new Map<number, Hold>()
      let minutes = 0
      /** As a guarded update: all or nothing, and nothing below zero. */
      const move = ({ from, to }: Movement, quantity: number): boolean => {
        if (counts[from] < quantity) return false
        counts[from] -= quantity
        counts[to] += quantity
        return true
      }
      const apply = (hold: Hold, before: HoldStatus, run: () => Movement | undefined): void => {
        const movement = run()
        // Where there are too few, the unit is not written.
        if (movement && !move(movement, hold.items[0]?.quantity ?? 0)) hold.status = before
      }
      for (const { hold: key, step, quantity, pass } of history) {
        minutes += pass
        const hold = holds.get(key)
        const before = hold?.status ?? 'NONE'
        try {
          if (step === 'reserve' && !hold) {
            if (move({ from: 'available', to: 'held' }, quantity))
              holds.set(key, Hold.of(order(quantity), [...held(quantity).items], at(minutes), 600_000))
          } else if (step === 'release' && !hold) holds.set(key, Hold.releasedBefore('r', at(minutes)))
          else if (hold && step !== 'reserve') apply(hold, hold.status, () => hold[step](at(minutes)))
        } catch (error) {
          expect(error).toBeInstanceOf(DomainError)
        }
        expect(next[before]).toContain(holds.get(key)?.status ?? 'NONE')
        const inState = (status: HoldStatus) =>
          [...holds.values()]
            .filter((each) => each.status === status)
            .reduce((sum, each) => sum + (each.items[0]?.quantity ?? 0), 0)
        expect(counts.held).toBe(inState('HELD'))
        expect(counts.committed).toBe(inState('COMMITTED'))
        expect(counts.available + counts.held + counts.committed).toBe(total)
        expect(counts.available).toBeGreaterThanOrEqual(0)
      }
    }),
    { numRuns: 100 },
  )
})

describe('what is for sale', () => {
  const offer = (more: Partial<Offer> = {}): Offer => ({
    id: 't',
    name: 'T',
    price: 5,
    perOrderLimit: 4,
    saleStartsAt: undefined,
    saleEndsAt: undefined,
    available: 3,
    isWanted: false,
    ...more,
  })
  const sale = (more: Partial<Sale> = {}, ...offers: Offer[]): Sale => ({
    eventId: 'e',
    currency: 'EUR',
    isClosed: false,
    startsAt: at(60),
    endsAt: at(120),
    hasLapsed: false,
    isQueued: false,
    offers: new Map(offers.map((each) => [each.id, each])),
    ...more,
  })

  it('is sold at the price of now', () => {
    expect(sell(sale({}, offer()), order(), start)).toEqual([
      { ticketTypeId: 't', quantity: 2, name: 'T', unitPrice: 5, currency: 'EUR' },
    ])
  })

  it.each([
    ['EVENT_CLOSED', sale({ isClosed: true }, offer()), 2, start],
    ['TICKET_TYPE_NOT_FOUND', sale(), 2, start],
    ['SALE_NOT_STARTED', sale({}, offer({ saleStartsAt: at(1) })), 2, start],
    ['SALE_ENDED', sale({}, offer({ saleEndsAt: at(1) })), 2, at(1)],
    ['SALE_ENDED', sale({}, offer()), 2, at(60)],
    ['SALE_ENDED', sale({}, offer({ saleEndsAt: at(500) })), 2, at(120)],
    ['ORDER_LIMIT_EXCEEDED', sale({}, offer({ available: 9 })), 5, start],
  ])('is refused with %s', (reason, of, quantity, now) => {
    expect(() => sell(of, order(quantity), now)).toThrow(refused(reason))
  })

  it('is refused where there is too little of it, or those who wait come first', () => {
    expect(() => mustBeFree(sale({}, offer()), order(3).items)).not.toThrow()
    const tries = [
      [sale({}, offer()), 4, undefined],
      [sale({ hasLapsed: true }, offer()), 4, 'free'],
      [sale({}, offer({ isWanted: true })), 1, 'free'],
    ] as const
    for (const [of, quantity, remedy] of tries)
      expect(() => mustBeFree(of, order(quantity).items)).toThrow(
        expect.objectContaining({ reason: 'TICKETS_UNAVAILABLE', remedy }),
      )
  })

  it('is sold until the event starts, or as long as its organiser says', () => {
    expect(sell(sale({}, offer({ saleEndsAt: at(90) })), order(), at(61))).toHaveLength(1)
    expect(sell(sale({}, offer({ saleStartsAt: at(1) })), order(), at(1))).toHaveLength(1)
  })

  it('names each ticket type once', () => {
    const [wish] = order().items
    expect(() => mustDiffer([wish, wish] as never)).toThrow(refused('ITEM_REPEATED'))
  })
})

describe('an inventory', () => {
  const event = { eventId: 'e', organizerId: 'o', startsAt: at(60), endsAt: at(120), capacity: 10, version: 2 }
  const published = () => TicketInventory.publish(event, 'EUR', 10)

  it('never has more tickets than there is room for, nor less room than before', () => {
    expect(() => published().grow(1)).toThrow(refused('CAPACITY_EXCEEDED'))
    const roomy = published()
    roomy.follow({ ...event, capacity: 12, version: 3 })
    roomy.grow(2)
    roomy.follow({ ...event, capacity: 11, version: 4 })
    expect(roomy.capacity).toBe(12)
    roomy.follow({ ...event, capacity: 0, version: 5 })
    roomy.grow(1000)
    roomy.follow({ ...event, capacity: 50, version: 6 })
    expect(roomy.capacity).toBe(0)
  })

  it('does not follow what is older than what it knows', () => {
    const inventory = published()
    inventory.follow({ ...event, startsAt: at(70), version: 4 })
    inventory.follow({ ...event, startsAt: at(65), capacity: 99, version: 3 })
    expect(inventory).toMatchObject({ startsAt: at(70), capacity: 10, eventVersion: 4 })
  })

  it('tells what is left once a version, and of its end whenever it comes to it', () => {
    const inventory = published()
    const tell = (version: number, available: number, heldNow: number) =>
      inventory.tell({
        counts: { total: 10, available, held: heldNow, committed: 10 - available - heldNow },
        version,
        lowestPrice: available > 0 ? 5 : undefined,
        highestPrice: available > 0 ? 5 : undefined,
      })
    for (const [version, available, heldNow] of [
      [1, 10, 0],
      [1, 9, 1],
      [5, 0, 2],
      [7, 0, 0],
      [8, 0, 0],
      [4, 3, 0],
      [9, 1, 0],
      [10, 0, 0],
    ] as const)
      tell(version, available, heldNow)
    const names = recordedEvents(inventory).map(({ schema, message }) => {
      const { inventoryVersion } = message as { inventoryVersion?: bigint }
      return `${schema.name} ${inventoryVersion ?? ''}`.trim()
    })
    expect(names).toEqual([
      'InventoryCreated',
      'InventoryUpdated 1',
      'InventoryUpdated 5',
      'InventoryUpdated 7',
      'SoldOut 7',
      'InventoryUpdated 8',
      'InventoryUpdated 9',
      'InventoryUpdated 10',
      'SoldOut 10',
    ])
  })

  it('is changed by its organiser while it is open', () => {
    const inventory = published()
    inventory.mustBeChangeableBy('o')
    expect(() => inventory.mustBeChangeableBy('p')).toThrow(refused('NOT_THE_ORGANIZER'))
    expect(() => inventory.mustTakeType(50, 'EUR')).toThrow(refused('TOO_MANY_TICKET_TYPES'))
    expect(() => inventory.mustTakeType(1, 'USD')).toThrow(refused('CURRENCY_MISMATCH'))
    inventory.close()
    expect(() => inventory.mustBeChangeableBy('o')).toThrow(refused('EVENT_CLOSED'))
    const unheard = TicketInventory.closedBefore('e', 'o', start)
    expect(() => unheard.mustBeChangeableBy('o')).toThrow(refused('EVENT_CLOSED'))
  })

  it('is what its counters say', () => {
    const counts = (available: number, heldNow: number) => ({ total: 3, available, held: heldNow, committed: 0 })
    expect(availabilityOf(counts(1, 2))).toBe('AVAILABLE')
    expect(availabilityOf(counts(0, 2))).toBe('RESERVED')
    expect(availabilityOf(counts(0, 0))).toBe('SOLD_OUT')
    expect(sumOf([counts(1, 2), counts(3, 0)])).toEqual({ total: 6, available: 4, held: 2, committed: 0 })
  })
})

describe('a ticket type', () => {
  const terms = {
    name: ' Box ',
    description: '',
    price: 5,
    saleStartsAt: undefined,
    saleEndsAt: undefined,
    perOrderLimit: 0,
  }

  it('has a name to tell it by, the usual limit, and keeps what is not changed', () => {
    const type = TicketType.of('t', 'e', terms, at(60))
    expect(type).toMatchObject({ name: 'Box', nameKey: 'box', perOrderLimit: 10 })
    type.change({ price: 7 }, at(60))
    expect(type).toMatchObject({ name: 'Box', price: 7, perOrderLimit: 10 })
  })

  it('is on sale for some time', () => {
    const of = (saleStartsAt?: Date, saleEndsAt?: Date) => () =>
      TicketType.of('t', 'e', { ...terms, saleStartsAt, saleEndsAt }, at(60))
    expect(of(at(5), at(5))).toThrow(refused('SALE_WINDOW_EMPTY'))
    expect(of(at(60))).toThrow(refused('SALE_WINDOW_EMPTY'))
    expect(of(at(60), at(61))).not.toThrow()
  })
})
