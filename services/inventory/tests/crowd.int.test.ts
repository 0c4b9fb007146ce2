import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DomainError } from '#shared/domain/errors.ts'
import { persistently } from '../../shared/tests/rivals.ts'
import type { Hold } from '../domain/hold.ts'
import { minute, openInventory, type TestEvent, type TestInventory } from './fixture.ts'

let own: TestInventory

beforeAll(async () => {
  own = await openInventory('crowd')
})

afterAll(async () => {
  expect(await own.violations()).toEqual([])
  await own.close()
})

/** The hold, or undefined where nothing is left; whatever else is refused fails. */
const reserveIfFree = (event: TestEvent, items: Record<string, number>): Promise<Hold | undefined> =>
  persistently(() => own.reserve(event, items)).catch((error: unknown) => {
    if (!(error instanceof DomainError) || error.reason !== 'TICKETS_UNAVAILABLE') throw error
    return undefined
  })

const crowd = async (event: TestEvent, orders: readonly Record<string, number>[]): Promise<Hold[]> => {
  const holds = await Promise.all(orders.map((items) => reserveIfFree(event, items)))
  return holds.filter((hold) => hold !== undefined)
}

describe('fifty buyers of twenty seats', () => {
  it('buy all of them and no more, in twenty rounds', async () => {
    const rounds = fc.record({
      lapsed: fc.integer({ min: 0, max: 5 }),
      released: fc.integer({ min: 0, max: 5 }),
      sold: fc.integer({ min: 0, max: 5 }),
    })
    await fc.assert(
      fc.asyncProperty(rounds, async ({ lapsed, released, sold }) => {
        const event = await own.newEvent({ seats: 20 })
        for (let n = 0; n < lapsed; n += 1) await own.reserve(event, { seats: 1 })
        own.clock.advance(10 * minute)
        const won = await crowd(event, Array(50).fill({ seats: 1 }))
        expect(won).toHaveLength(20)
        const back = won.slice(0, released)
        const [again] = await Promise.all([
          crowd(event, Array(50).fill({ seats: 1 })),
          ...back.map(({ id }) => persistently(() => own.release(id))),
          ...won.slice(10, 10 + sold).map(({ id }) => persistently(() => own.commit(id))),
        ])
        expect(again.length).toBeLessThanOrEqual(released)
        const rest = await crowd(event, Array(50).fill({ seats: 1 }))
        expect(again.length + rest.length).toBe(released)
        expect(await own.counts(event)).toEqual([0, 20 - sold, sold])
        expect(await own.violations()).toEqual([])
      }),
      { numRuns: 20 },
    )
  }, 300_000)
})

describe('orders of several types', () => {
  it('in any order of items are all or nothing, and wait for each other in no circle', async () => {
    const event = await own.newEvent({ a: 12, b: 12, c: 12 })
    const orders = Array.from(
      { length: 60 },
      (_, index): Record<string, number> =>
        [
          { a: 1, b: 1 },
          { b: 1, a: 1 },
          { c: 1, b: 1, a: 1 },
          { c: 1, a: 1 },
          { b: 1, c: 1 },
        ][index % 5] ?? {},
    )
    const won = await crowd(event, orders)
    for (const type of ['a', 'b', 'c']) {
      const id = event.types[type]
      const held = won.flatMap(({ items }) => items).filter((item) => item.ticketTypeId === id)
      expect(await own.counts(event, type)).toEqual([12 - held.length, held.length, 0])
    }
    // Whoever was refused found one of the types gone.
    const left = await Promise.all(['a', 'b', 'c'].map(async (type) => (await own.counts(event, type))[0]))
    expect(left.filter((count) => count > 0).length).toBeLessThanOrEqual(1)
    await Promise.all(
      won.map(({ id }, index) => persistently<unknown>(() => (index % 2 ? own.commit(id) : own.release(id)))),
    )
    expect(await own.violations()).toEqual([])
  }, 120_000)

  it('of two buyers with two connections each neither deadlock nor are lost', async () => {
    const event = await own.newEvent({ a: 400, b: 400 })
    const other = await own.newEvent({ a: 400 })
    const won = await crowd(
      event,
      Array.from({ length: 100 }, (_, n) => (n % 2 ? { a: 1, b: 2 } : { b: 2, a: 1 })),
    )
    const beside = await crowd(other, Array(20).fill({ a: 1 }))
    expect([won.length, beside.length]).toEqual([100, 20])
    expect(await own.counts(event)).toEqual([500, 300, 0])
  }, 120_000)
})
