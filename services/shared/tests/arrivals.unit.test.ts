import type { JsMsg } from '@nats-io/jetstream'
import { beforeEach, expect, it } from 'vitest'
import { Arrivals } from '../infrastructure/consumer/arrivals.ts'
import type { Lease } from '../infrastructure/consumer/lease.ts'

let acknowledged: number[]
let lease: Lease
let arrivals: Arrivals

beforeEach(() => {
  acknowledged = []
  lease = { floor: 10, caughtUp: 100 } as Lease
  arrivals = new Arrivals(lease)
  arrivals.begin()
})

/** A delivery: its own number, the message's on the stream. */
const message = (deliverySequence: number, seq: number) =>
  ({ seq, info: { deliverySequence }, ack: () => acknowledged.push(seq) }) as unknown as JsMsg

it('goes on to the end of what is done without a hole, whatever the stream counts besides', () => {
  expect(arrivals.take(message(1, 12), 101)).toBe('new')
  expect(arrivals.take(message(2, 15), 102)).toBe('new')
  expect(arrivals.take(message(3, 16), 103)).toBe('new')
  arrivals.done(15)
  arrivals.advance()
  expect(lease).toMatchObject({ floor: 11, caughtUp: 100 })
  arrivals.done(12)
  arrivals.advance()
  expect(lease).toMatchObject({ floor: 15, caughtUp: 102 })
  arrivals.done(16)
  arrivals.advance()
  expect(lease).toMatchObject({ floor: 16, caughtUp: 103 })
  expect(acknowledged).toEqual([15, 12, 16])
})

it('knows what comes again while it is worked on', () => {
  expect(arrivals.take(message(1, 12), 101)).toBe('new')
  expect(arrivals.take(message(2, 12), 101)).toBe('repeat')
  arrivals.done(12)
  expect(arrivals.take(message(3, 12), 101)).toBe('new')
})

it('refuses what comes after a delivery that did not arrive, and stays before it', () => {
  expect(arrivals.take(message(1, 12), 101)).toBe('new')
  arrivals.done(12)
  expect(arrivals.take(message(3, 14), 103)).toBe('gap')
  expect(arrivals.take(message(4, 15), 104)).toBe('gap')
  arrivals.advance()
  expect(lease).toMatchObject({ floor: 12, caughtUp: 101 })
})

it('refuses even the first delivery when one came before it', () => {
  expect(arrivals.take(message(2, 12), 101)).toBe('gap')
  arrivals.advance()
  expect(lease).toMatchObject({ floor: 10, caughtUp: 100 })
})
