import { describe, expect, it } from 'vitest'
import type { EventPublished, EventUpdated } from '#gen/troupe/catalog/v1/catalog_events_pb.ts'
import { recordedEvents } from '#shared/domain/aggregate.ts'
import { dateOf } from '#shared/domain/timestamp.ts'
import type { Event } from '../domain/event.ts'
import type { EventDetails } from '../domain/event-details.ts'
import type { TicketTypeInput } from '../domain/ticket-type.ts'
import { dayMs, draftOf, hall, hourMs, inDays, publishedOf, stream, testNow, ticketInput } from './event-samples.ts'

const refusal = (reason: string) => expect.objectContaining({ reason })
const namesOf = (event: Event) => recordedEvents(event).map(({ schema }) => schema.name)
const lastOf = <T>(event: Event) => recordedEvents(event).at(-1)?.message as T

describe('a draft', () => {
  it('keeps its texts composed and trimmed, and its labels in lower case, each once', () => {
    const event = draftOf({
      title: '  Cafe\u0301 Nights ',
      category: ' Musik  THEATER ',
      tags: ['Jazz', ' jazz ', 'Cafe\u0301', 'café', ' '],
    })
    expect(event).toMatchObject({
      title: 'Café Nights',
      category: 'musik theater',
      tags: ['jazz', 'café'],
      status: 'draft',
      version: 1,
      cancelReason: '',
      publishedAt: undefined,
    })
    expect(namesOf(event)).toEqual(['EventCreated'])
  })

  const starts = inDays(10)
  const msLater = (milliseconds: number) => new Date(starts.getTime() + milliseconds)
  it.each<[string, Partial<EventDetails>, string]>([
    ['a title of white space', { title: '  \u00a0 ' }, 'INVALID_TITLE'],
    ['a title of two letters', { title: ' ab ' }, 'INVALID_TITLE'],
    ['a title that is too long', { title: 'x'.repeat(201) }, 'INVALID_TITLE'],
    ['U+0000', { description: 'a\0b' }, 'INVALID_TEXT'],
    ['U+0000 in a tag', { tags: ['a\0b'] }, 'INVALID_TEXT'],
    ['a blank category', { category: '\u00a0' }, 'INVALID_CATEGORY'],
    ['an end at its start', { endsAt: starts }, 'END_BEFORE_START'],
    ['an end before its start', { endsAt: msLater(-1) }, 'END_BEFORE_START'],
    ['more than 31 days', { endsAt: msLater(31 * dayMs + 1) }, 'EVENT_TOO_LONG'],
    ['a zone that nobody lives in', { timeZone: 'Europe/Atlantis' }, 'UNKNOWN_TIME_ZONE'],
    ['an offset for a zone', { timeZone: '+01:00' }, 'UNKNOWN_TIME_ZONE'],
    ['a hall without places', { venue: hall(0) }, 'VENUE_INCOMPLETE'],
    ['a hall without an address', { venue: { ...hall(10), address: undefined } }, 'VENUE_INCOMPLETE'],
    ['a hall in no city', { venue: { ...hall(10), address: { ...hall(1).address!, city: ' ' } } }, 'VENUE_INCOMPLETE'],
    ['a venue without a name', { venue: { ...hall(10), name: ' ' } }, 'INVALID_NAME'],
  ])('is refused with %s', (_, parts, reason) => {
    expect(() => draftOf(parts)).toThrow(refusal(reason))
    const event = draftOf()
    expect(() => event.edit(parts, 1, testNow)).toThrow(refusal(reason))
    expect(event.version).toBe(1)
  })

  it('may last for 31 days, and lie in the past', () => {
    expect(draftOf({ endsAt: msLater(31 * dayMs) }).endsAt).toEqual(msLater(31 * dayMs))
    expect(draftOf({ startsAt: inDays(-2), endsAt: inDays(-1) }).status).toBe('draft')
  })

  it('is nowhere when it is online', () => {
    const { address, coordinates } = hall(1)
    expect(draftOf({ venue: { ...stream(), address, coordinates } }).venue).toEqual(stream())
  })

  it('is its organiser’s alone, and after its publication others may look at it', () => {
    expect(() => draftOf().mustBelongTo('ben')).toThrow(refusal('EVENT_NOT_FOUND'))
    expect(() => publishedOf().mustBelongTo('ben')).toThrow(refusal('NOT_THE_ORGANIZER'))
    const dropped = draftOf()
    dropped.cancel('No money.', testNow)
    expect(() => dropped.mustBelongTo('ben')).toThrow(refusal('EVENT_NOT_FOUND'))
    expect(() => dropped.mustBelongTo('ann')).not.toThrow()
  })

  it('is not changed by a change to what it is', () => {
    const event = draftOf()
    event.edit({ title: ' The Fox and the Grapes ', tags: ['FABLE'], venue: hall(100) }, 1, testNow)
    expect(event.version).toBe(1)
    event.edit({ storyId: 'a story' }, 1, testNow)
    event.edit({ storyId: '' }, 2, testNow)
    expect(event).toMatchObject({ version: 3, storyId: undefined })
    expect(() => event.edit({ title: 'Other' }, 2, testNow)).toThrow(refusal('VERSION_CONFLICT'))
    expect(namesOf(event)).toEqual(['EventCreated'])
  })
})

describe('ticket types', () => {
  const withOne = () => draftOf({ ticketTypes: [['t1', ticketInput()]] })

  it('are added, changed and removed while it is a draft', () => {
    const event = withOne()
    event.addTicketType('t2', ticketInput({ name: ' Students ', priceMinorUnits: 0, perOrderLimit: 2 }), testNow)
    event.changeTicketType('t2', { quantity: 5 }, testNow)
    event.removeTicketType('t1', testNow)
    expect(event.ticketTypes).toMatchObject([{ id: 't2', name: 'Students', quantity: 5, perOrderLimit: 2 }])
    expect(event.version).toBe(4)
    expect(withOne().ticketTypes[0]?.perOrderLimit).toBe(10)
  })

  const at = (hours: number) => testNow.getTime() + hours * hourMs
  it.each<[string, Partial<TicketTypeInput>, string]>([
    ['the name of another', { name: ' STANDARD ' }, 'TICKET_TYPE_EXISTS'],
    ['another currency', { name: 'Other', currency: 'USD' }, 'CURRENCY_MISMATCH'],
    ['a sale that ends as it starts', { name: 'Other', saleStartsAt: at(1), saleEndsAt: at(1) }, 'SALE_WINDOW_EMPTY'],
    ['a blank name', { name: '\u00a0' }, 'INVALID_NAME'],
  ])('are refused with %s', (_, parts, reason) => {
    expect(() => withOne().addTicketType('t2', ticketInput(parts), testNow)).toThrow(refusal(reason))
    const both = [ticketInput(), ticketInput(parts)].map((input, index) => [`t${index}`, input] as const)
    expect(() => draftOf({ ticketTypes: both })).toThrow(refusal(reason))
  })

  it('keep their rules when they are changed', () => {
    const event = withOne()
    event.addTicketType('t2', ticketInput({ name: 'Other', saleStartsAt: at(2) }), testNow)
    expect(() => event.changeTicketType('t2', { name: 'standard' }, testNow)).toThrow(refusal('TICKET_TYPE_EXISTS'))
    expect(() => event.changeTicketType('t2', { saleEndsAt: at(1) }, testNow)).toThrow(refusal('SALE_WINDOW_EMPTY'))
    expect(() => event.changeTicketType('t3', {}, testNow)).toThrow(refusal('TICKET_TYPE_NOT_FOUND'))
    expect(() => event.removeTicketType('t3', testNow)).toThrow(refusal('TICKET_TYPE_NOT_FOUND'))
    event.changeTicketType('t2', { name: 'OTHER' }, testNow)
    expect(event.ticketTypes[1]?.name).toBe('OTHER')
  })

  it('are fifty at most', () => {
    const event = draftOf()
    for (let n = 0; n < 50; n += 1) event.addTicketType(`t${n}`, ticketInput({ name: `Row ${n}` }), testNow)
    expect(() => event.addTicketType('one more', ticketInput({ name: 'Row 50' }), testNow)).toThrow(
      refusal('TOO_MANY_TICKET_TYPES'),
    )
  })
})

describe('publishing', () => {
  it('shows the event and tells of its tickets', () => {
    const event = publishedOf({ storyId: 'a story' })
    expect(event).toMatchObject({ status: 'published', publishedAt: testNow, version: 2 })
    expect(lastOf<EventPublished>(event)).toMatchObject({
      eventId: 'event',
      organizerId: 'ann',
      title: 'The Fox and the Grapes',
      category: 'theatre',
      timeZone: 'Europe/Vienna',
      storyId: 'a story',
      isOnline: false,
      capacity: 100,
      ticketTypes: [{ id: 't1', price: { minorUnits: 2500n, currency: 'EUR' }, quantity: 60, perOrderLimit: 10 }],
      version: 2,
    })
  })

  it.each([
    ['has begun', { startsAt: testNow }, 'START_IN_PAST'],
    ['has no tickets', { ticketTypes: [] }, 'NO_TICKET_TYPES'],
    ['has more tickets than places', { venue: hall(59) }, 'CAPACITY_EXCEEDED'],
    ['has more tickets than its stream may serve', { venue: stream(59) }, 'CAPACITY_EXCEEDED'],
  ])('is refused when it %s', (_, parts, reason) => {
    expect(() => publishedOf(parts)).toThrow(refusal(reason))
  })

  it('takes as many tickets as places, and any number online', () => {
    expect(publishedOf({ venue: hall(60) }).status).toBe('published')
    expect(publishedOf({ venue: stream(), ticketTypes: [['t1', ticketInput({ quantity: 1_000_000 })]] }).status).toBe(
      'published',
    )
  })

  it('gives the ticket types to inventory', () => {
    const event = publishedOf()
    expect(() => event.publish(testNow)).toThrow(refusal('ALREADY_PUBLISHED'))
    expect(() => event.addTicketType('t2', ticketInput({ name: 'B' }), testNow)).toThrow(refusal('ALREADY_PUBLISHED'))
    expect(() => event.changeTicketType('t1', {}, testNow)).toThrow(refusal('ALREADY_PUBLISHED'))
    expect(() => event.removeTicketType('t1', testNow)).toThrow(refusal('ALREADY_PUBLISHED'))
  })
})

describe('a published event', () => {
  it.each([
    [hall(100), hall(99)],
    [stream(), hall(1_000_000)],
    [stream(), stream(1_000_000)],
    [stream(100), hall(99)],
  ])('never has fewer places: %j → %j', (before, after) => {
    expect(() => publishedOf({ venue: before }).edit({ venue: after }, 2, testNow)).toThrow(refusal('CAPACITY_REDUCED'))
  })

  it.each([
    [hall(100), hall(101)],
    [hall(100), stream()],
    [stream(100), hall(100)],
  ])('may have more or as many: %j → %j', (before, after) => {
    const event = publishedOf({ venue: before })
    event.edit({ venue: after }, 2, testNow)
    expect(event.venue).toEqual(after)
  })

  it('tells what changed of time and place', () => {
    const told = (change: Partial<EventDetails>) => {
      const event = publishedOf()
      event.edit(change, 2, testNow)
      const { isRescheduled, isMoved, version } = lastOf<EventUpdated>(event)
      return [isRescheduled, isMoved, version]
    }
    expect(told({ title: 'Another title' })).toEqual([false, false, 3])
    expect(told({ endsAt: inDays(11) })).toEqual([true, false, 3])
    expect(told({ venue: hall(200) })).toEqual([false, false, 3])
    expect(told({ venue: { ...hall(100), name: 'New Mill' } })).toEqual([false, true, 3])
    expect(told({ venue: stream() })).toEqual([false, true, 3])
  })

  it('is not moved to a start in the past, but may be changed while it goes on', () => {
    const event = publishedOf()
    expect(() => event.edit({ startsAt: inDays(-1) }, 2, testNow)).toThrow(refusal('START_IN_PAST'))
    const during = new Date(event.startsAt.getTime() + hourMs)
    event.edit({ endsAt: inDays(12) }, 2, during)
    expect(dateOf(lastOf<EventUpdated>(event).endsAt)).toEqual(inDays(12))
  })

  it('is completed by its organiser once it has begun, and by itself once it is over', () => {
    const event = publishedOf()
    expect(() => event.complete(testNow)).toThrow(refusal('NOT_STARTED'))
    expect(() => draftOf().complete(inDays(11))).toThrow(refusal('NOT_PUBLISHED'))
    event.completePast(new Date(event.endsAt.getTime() - 1))
    expect(event.status).toBe('published')
    event.completePast(event.endsAt)
    event.completePast(event.endsAt)
    expect(namesOf(event).slice(2)).toEqual(['EventCompleted'])
    const early = publishedOf()
    early.complete(early.startsAt)
    expect(early.status).toBe('completed')
    const draft = draftOf()
    draft.completePast(inDays(20))
    expect(draft.status).toBe('draft')
  })
})

describe.each(['cancelled', 'completed'])('what is %s', (status) => {
  const over = () => {
    const event = publishedOf()
    if (status === 'cancelled') event.cancel(' The hall has burnt down. ', testNow)
    else event.complete(event.startsAt)
    return event
  }
  const reason = `EVENT_${status.toUpperCase()}`

  it('is so for good', () => {
    const event = over()
    for (const change of [
      () => event.edit({ title: 'Another' }, event.version, testNow),
      () => event.publish(testNow),
      () => event.cancel('Again.', testNow),
      () => event.complete(inDays(11)),
      () => event.addTicketType('t2', ticketInput({ name: 'B' }), testNow),
      () => event.changeTicketType('t1', {}, testNow),
      () => event.removeTicketType('t1', testNow),
    ]) {
      expect(change).toThrow(refusal(reason))
    }
    event.completePast(inDays(20))
    expect(event.status).toBe(status)
  })

  it('keeps nothing of an organiser who leaves', () => {
    const event = over()
    const before = namesOf(event)
    event.abandon(inDays(12))
    expect(event).toMatchObject({ status, organizer: undefined })
    expect(namesOf(event)).toEqual(before)
  })
})

describe('cancelling', () => {
  it('says why, and whether there was anything to pay back', () => {
    const [draft, event] = [draftOf(), publishedOf()]
    draft.cancel('No money.', testNow)
    event.cancel(' The hall has burnt down. ', testNow)
    expect(lastOf(draft)).toMatchObject({ wasPublished: false, reason: 'No money.' })
    expect(lastOf(event)).toMatchObject({ wasPublished: true, reason: 'The hall has burnt down.' })
    expect(() => draftOf().cancel('\u00a0', testNow)).toThrow(refusal('INVALID_REASON'))
  })

  it('is what becomes of what has not taken place when its organiser leaves', () => {
    const [event, past] = [publishedOf(), publishedOf()]
    event.abandon(testNow)
    past.abandon(inDays(12))
    expect(event).toMatchObject({ status: 'cancelled', cancelReason: 'The organiser has left.', organizer: undefined })
    expect(past).toMatchObject({ status: 'completed', cancelReason: '', organizer: undefined })
  })
})
