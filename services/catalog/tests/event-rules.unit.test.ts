import fc from 'fast-check'
import { expect, it } from 'vitest'
import { recordedEvents } from '#shared/domain/aggregate.ts'
import { DomainError } from '#shared/domain/errors.ts'
import type { Event } from '../domain/event.ts'
import type { EventStatus } from '../domain/event-state.ts'
import { ticketTotal } from '../domain/ticket-type.ts'
import { mostTickets } from '../domain/venue.ts'
import { dayMs, detailsOf, draftOf, hall, inDays, stream, testNow, ticketInput } from './event-samples.ts'

const venue = fc.oneof(
  fc.integer({ min: 1, max: 40 }).map(hall),
  fc.constantFrom(0, 20, 40).map((capacity) => stream(capacity)),
)
const days = fc.integer({ min: -5, max: 40 })
const type = fc.record({
  name: fc.constantFrom('A', 'a', ' B ', 'Ä', 'A\u0308', 'C'),
  currency: fc.constantFrom('EUR', 'EUR', 'USD'),
  quantity: fc.integer({ min: 1, max: 20 }),
  priceMinorUnits: fc.integer({ min: 0, max: 100 }),
})
const id = fc.constantFrom('t0', 't1', 't2', 't3')

type Command = (event: Event, now: Date) => void

const command: fc.Arbitrary<Command> = fc.oneof(
  fc.record({ venue: fc.option(venue, { nil: undefined }), title: fc.constantFrom('One', 'Two two') }).map(
    (change): Command =>
      (event, now) =>
        event.edit(change, event.version, now),
  ),
  fc.tuple(days, days).map(
    ([from, to]): Command =>
      (event, now) =>
        event.edit({ startsAt: inDays(from), endsAt: inDays(to) }, event.version, now),
  ),
  fc.nat(3).map(
    (expected): Command =>
      (event, now) =>
        event.edit({ description: 'changed' }, expected, now),
  ),
  fc.tuple(id, type).map(
    ([typeId, parts]): Command =>
      (event, now) =>
        event.addTicketType(`${typeId}-${event.version}`, ticketInput(parts), now),
  ),
  fc.tuple(fc.nat(3), type).map(
    ([index, { currency: _, ...parts }]): Command =>
      (event, now) =>
        event.changeTicketType(event.ticketTypes[index]?.id ?? 'none', parts, now),
  ),
  fc.nat(3).map(
    (index): Command =>
      (event, now) =>
        event.removeTicketType(event.ticketTypes[index]?.id ?? 'none', now),
  ),
  fc.constant<Command>((event, now) => event.publish(now)),
  fc.constant<Command>((event, now) => event.publish(now)),
  fc.constant<Command>((event, now) => event.cancel('Because.', now)),
  fc.constant<Command>((event, now) => event.complete(now)),
  fc.constant<Command>((event, now) => event.completePast(now)),
  fc.constant<Command>((event, now) => event.abandon(now)),
)

const allowed: Record<EventStatus, readonly EventStatus[]> = {
  draft: ['draft', 'published', 'cancelled'],
  published: ['published', 'cancelled', 'completed'],
  cancelled: ['cancelled'],
  completed: ['completed'],
}

const snapshotOf = (event: Event) => ({
  status: event.status,
  version: event.version,
  places: mostTickets(event.venue),
  ticketTypes: event.ticketTypes,
  events: recordedEvents(event).length,
  all: JSON.stringify({ ...event, updatedAt: undefined, organizer: undefined }),
})

const mustHold = (event: Event): void => {
  const lengthMs = event.endsAt.getTime() - event.startsAt.getTime()
  expect(lengthMs > 0 && lengthMs <= 31 * dayMs).toBe(true)
  const keys = event.ticketTypes.map(({ name }) => name.normalize('NFC').toLowerCase())
  expect(new Set(keys).size).toBe(keys.length)
  expect(new Set(event.ticketTypes.map(({ currency }) => currency)).size).toBeLessThanOrEqual(1)
  expect(event.status === 'cancelled').toBe(event.cancelReason !== '')
  if (event.status !== 'cancelled') expect(event.status === 'draft').toBe(event.publishedAt === undefined)
  if (event.publishedAt) {
    expect(event.ticketTypes.length).toBeGreaterThan(0)
    expect(ticketTotal(event.ticketTypes)).toBeLessThanOrEqual(mostTickets(event.venue))
  }
}

it('keeps every rule through any sequence of commands', () => {
  let published = 0
  fc.assert(
    fc.property(fc.array(fc.tuple(command, fc.nat(3 * dayMs)), { maxLength: 25 }), (commands) => {
      const event = draftOf({ ...detailsOf(), ticketTypes: [['first', ticketInput({ quantity: 10 })]] })
      let now = testNow
      for (const [run, passed] of commands) {
        now = new Date(now.getTime() + passed)
        const before = snapshotOf(event)
        try {
          run(event, now)
        } catch (error) {
          expect(error).toBeInstanceOf(DomainError)
          expect(snapshotOf(event)).toEqual(before)
          continue
        }
        const after = snapshotOf(event)
        mustHold(event)
        expect(allowed[before.status]).toContain(after.status)
        expect(after.version - before.version).toBe(after.all === before.all ? 0 : 1)
        if (before.status === 'draft' && after.status === 'published') expect(event.startsAt > now).toBe(true)
        if (before.status === 'published') {
          expect(after.places).toBeGreaterThanOrEqual(before.places)
          expect(after.ticketTypes).toBe(before.ticketTypes)
          // Whatever changes while tickets are on sale is told.
          expect(after.events - before.events).toBe(after.version - before.version)
        }
      }
      if (event.publishedAt) published += 1
    }),
    { numRuns: 500 },
  )
  expect(published).toBeGreaterThan(50)
})
