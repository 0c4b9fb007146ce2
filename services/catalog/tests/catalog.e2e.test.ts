import { Code, ConnectError, createClient } from '@connectrpc/connect'
import { beforeAll, describe, expect, it } from 'vitest'
import { BadRequestSchema } from '#gen/google/rpc/error_details_pb.ts'
import { CatalogService, EventOrder } from '#gen/troupe/catalog/v1/catalog_service_pb.ts'
import { EventStatus } from '#gen/troupe/catalog/v1/event_pb.ts'
import { IdentityService } from '#gen/troupe/identity/v1/identity_service_pb.ts'
import { dateOf, timestamp } from '#shared/domain/timestamp.ts'
import { eventually, outcomeOf, type TestUser, testMesh } from '../../../tests/mesh.ts'

const mesh = testMesh()
const catalog = (user?: TestUser) => createClient(CatalogService, user ? user.transport : mesh.transport())
const anyone = catalog()
const minuteMs = 60_000

let ann: TestUser
let ben: TestUser

beforeAll(async () => {
  ;[ann, ben] = await Promise.all([mesh.newUser('Ann Organiser'), mesh.newUser('Ben Guest')])
})

const startsAt = timestamp(new Date('2031-07-01T18:00:00Z'))
const endsAt = timestamp(new Date('2031-07-01T20:00:00Z'))
const venue = {
  name: 'Old Mill',
  address: { street: '1 Mill Lane', city: 'Vienna', postalCode: '1010', country: 'AT' },
  coordinates: { latitude: 48.2082, longitude: 16.3738 },
  capacity: 100,
}
const standard = { name: 'Standard', priceMinorUnits: 2500n, currency: 'EUR', quantity: 60 }
const draft = {
  title: 'The Fox and the Grapes',
  category: 'Theatre',
  startsAt,
  endsAt,
  timeZone: 'Europe/Vienna',
  venue,
}

type Parts = Partial<
  Omit<typeof draft, 'venue'> & {
    description: string
    venue: Partial<typeof venue>
    tags: string[]
    organizer: { name: string; email?: string; website?: string }
    ticketTypes: (typeof standard)[]
  }
>
const create = async (parts: Parts = {}, user = ann) => {
  const { event } = await catalog(user).createEvent({ ...draft, ticketTypes: [standard], ...parts })
  if (!event) throw new Error('there is no event')
  return event
}
const publish = async (parts: Parts = {}) => {
  const { event } = await catalog(ann).publishEvent({ eventId: (await create(parts)).id })
  if (!event) throw new Error('there is no event')
  return event
}

describe('an event', () => {
  it('is drawn up, published, found, changed and cancelled', async () => {
    const word = `qu${crypto.randomUUID().replace(/[^a-f]/g, '')}x`
    const { id: eventId, ...made } = await create({
      title: `Fables of ${word}`,
      tags: ['Fable', ' fable '],
      organizer: { name: 'Ann', email: 'ann@example.com', website: 'https://example.com' },
      ticketTypes: [],
    })
    expect(made).toMatchObject({
      organizerId: ann.id,
      category: 'theatre',
      tags: ['fable'],
      localStartsAt: '2031-07-01T20:00:00+02:00',
      localEndsAt: '2031-07-01T22:00:00+02:00',
      status: EventStatus.DRAFT,
      version: 1,
      organizer: { name: 'Ann', email: 'ann@example.com' },
    })
    expect(await outcomeOf(anyone.getEvent({ eventId }))).toBe('NotFound EVENT_NOT_FOUND')
    const { ticketType } = await catalog(ann).addTicketType({ eventId, ticketType: standard })
    expect(ticketType).toMatchObject({ name: 'Standard', perOrderLimit: 10, price: { minorUnits: 2500n } })
    const { ticketType: other } = await catalog(ann).addTicketType({ eventId, ticketType: { ...standard, name: 'B' } })
    const ticketTypeId = other?.id ?? ''
    await catalog(ann).updateTicketType({ eventId, ticketTypeId, quantity: 41, priceMinorUnits: 0n })
    const publishing = () => outcomeOf(catalog(ann).publishEvent({ eventId }))
    expect(await publishing()).toBe('FailedPrecondition CAPACITY_EXCEEDED')
    await catalog(ann).removeTicketType({ eventId, ticketTypeId })
    expect(await publishing()).toBe('in')
    expect(await publishing()).toBe('FailedPrecondition ALREADY_PUBLISHED')

    const find = async (text: string) => (await anyone.searchEvents({ text })).events
    expect(await find(word)).toMatchObject([
      { id: eventId, status: EventStatus.PUBLISHED, venue: { name: 'Old Mill' } },
    ])
    expect((await find(word.slice(0, -2)))[0]?.id).toBe(eventId)
    const near = { center: { latitude: 48.3, longitude: 16.3 }, radiusKm: 20 }
    const { events } = await anyone.searchEvents({ text: word, near, order: EventOrder.DISTANCE })
    expect(events[0]?.distanceKm).toBeGreaterThan(10)
    expect(events[0]?.distanceKm).toBeLessThan(13)

    const { event } = await anyone.getEvent({ eventId })
    expect(event).toMatchObject({ version: 6, ticketTypes: [{ name: 'Standard', quantity: 60 }] })
    await eventually(async () => (await anyone.getEvent({ eventId })).event?.availability?.available === 60, 20_000)
    const update = (expectedVersion: number, parts: object) =>
      outcomeOf(catalog(ann).updateEvent({ eventId, expectedVersion, ...parts }))
    expect(await update(5, { title: 'Too late' })).toBe('Aborted VERSION_CONFLICT')
    expect(await update(6, { venue: { ...venue, capacity: 99 } })).toBe('FailedPrecondition CAPACITY_REDUCED')
    const past = { startsAt: timestamp(new Date('2020-01-01')), endsAt: timestamp(new Date('2020-01-02')) }
    expect(await update(6, past)).toBe('FailedPrecondition START_IN_PAST')
    expect(await update(6, { title: 'Sour Grapes' })).toBe('in')
    expect(await find(word)).toEqual([])
    await catalog(ann).cancelEvent({ eventId, reason: 'The fox is ill.' })
    expect((await anyone.getEvent({ eventId })).event).toMatchObject({
      status: EventStatus.CANCELLED,
      cancelReason: 'The fox is ill.',
    })
    expect(await update(8, { title: 'Again' })).toBe('FailedPrecondition EVENT_CANCELLED')
  })

  it('is completed by itself once it is over', () =>
    mesh.withClock(async (move) => {
      const { createdAt } = await create()
      const inMinutes = (minutes: number) =>
        timestamp(new Date((dateOf(createdAt)?.getTime() ?? 0) + minutes * minuteMs))
      const { id: eventId } = await publish({ startsAt: inMinutes(1), endsAt: inMinutes(2), timeZone: 'UTC' })
      const { id: moved } = await publish({ startsAt: inMinutes(1), endsAt: inMinutes(2) })
      await catalog(ann).updateEvent({ eventId: moved, expectedVersion: 2, endsAt: inMinutes(60) })
      expect(await outcomeOf(catalog(ann).completeEvent({ eventId }))).toBe('FailedPrecondition NOT_STARTED')
      await move(2.5 * minuteMs)
      const statusOf = async (id: string) => (await anyone.getEvent({ eventId: id })).event?.status
      await eventually(async () => (await statusOf(eventId)) === EventStatus.COMPLETED, 20_000)
      expect(await statusOf(moved)).toBe(EventStatus.PUBLISHED)
      expect((await catalog(ann).completeEvent({ eventId: moved })).event?.status).toBe(EventStatus.COMPLETED)
    }))

  it('is listed for its organiser in every state', async () => {
    const [one, two] = [await create({}, ben), await create({ title: 'Another' }, ben)]
    await catalog(ben).cancelEvent({ eventId: two.id, reason: 'No.' })
    const { events, nextPageToken } = await catalog(ben).listMyEvents({ pageSize: 1 })
    const rest = await catalog(ben).listMyEvents({ pageSize: 1, pageToken: nextPageToken })
    expect([...events, ...rest.events].map(({ id }) => id).toSorted()).toEqual([one.id, two.id].toSorted())
    expect(rest.nextPageToken).toBe('')
    const { events: cancelled } = await catalog(ben).listMyEvents({ status: EventStatus.CANCELLED })
    expect(cancelled.map(({ id }) => id)).toEqual([two.id])
    expect(await outcomeOf(catalog(ben).listMyEvents({ pageToken: 'x' }))).toBe('InvalidArgument INVALID_PAGE_TOKEN')
  })
})

describe('who may', () => {
  it('do nothing but look at what another publishes', async () => {
    const [hidden, shown] = [await create(), await publish()]
    for (const [{ id: eventId, ticketTypes }, refusal] of [
      [hidden, 'NotFound EVENT_NOT_FOUND'],
      [shown, 'PermissionDenied NOT_THE_ORGANIZER'],
    ] as const) {
      const ticketTypeId = ticketTypes[0]?.id ?? ''
      const as = catalog(ben)
      for (const call of [
        () => as.updateEvent({ eventId, expectedVersion: 1, title: 'Stolen' }),
        () => as.publishEvent({ eventId }),
        () => as.cancelEvent({ eventId, reason: 'Mine.' }),
        () => as.completeEvent({ eventId }),
        () => as.addTicketType({ eventId, ticketType: { ...standard, name: 'Free' } }),
        () => as.updateTicketType({ eventId, ticketTypeId, priceMinorUnits: 0n }),
        () => as.removeTicketType({ eventId, ticketTypeId }),
      ]) {
        expect(await outcomeOf(call())).toBe(refusal)
      }
    }
    expect(await outcomeOf(catalog(ben).getEvent({ eventId: hidden.id }))).toBe('NotFound EVENT_NOT_FOUND')
    expect(await outcomeOf(catalog(ben).completePastEvent({ eventId: shown.id }))).toMatch(/^PermissionDenied/)
    expect(await outcomeOf(anyone.createEvent(draft))).toBe('Unauthenticated TOKEN_REQUIRED')
    expect((await anyone.getEvent({ eventId: shown.id })).event?.title).toBe('The Fox and the Grapes')
  })

  it('be told what is wrong with a request', async () => {
    const refused = (parts: Parts) => outcomeOf(catalog(ann).createEvent({ ...draft, ...parts }))
    expect(await refused({ timeZone: 'Europe/Atlantis' })).toBe('InvalidArgument UNKNOWN_TIME_ZONE')
    expect(await refused({ endsAt: startsAt })).toBe('InvalidArgument END_BEFORE_START')
    expect(await refused({ venue: { name: 'Hall', capacity: 10 } })).toBe('InvalidArgument VENUE_INCOMPLETE')
    expect(await refused({ description: 'a\0b' })).toBe('InvalidArgument INVALID_TEXT')
    expect(await refused({ ticketTypes: [standard, { ...standard, name: 'STANDARD' }] })).toBe(
      'AlreadyExists TICKET_TYPE_EXISTS',
    )
    const search = (parts: Parameters<typeof anyone.searchEvents>[0]) => outcomeOf(anyone.searchEvents(parts))
    expect(await search({ order: EventOrder.DISTANCE })).toBe('InvalidArgument NEAR_REQUIRED')
    expect(await search({ text: '\0' })).toBe('InvalidArgument INVALID_TEXT')
    expect(await search({ pageToken: 'x' })).toBe('InvalidArgument INVALID_PAGE_TOKEN')
    const odd = { latitude: Number.NaN, longitude: 1 }
    expect(await search({ near: { center: odd, radiusKm: 1 } })).toBe('InvalidArgument INVALID_REQUEST')
    const error = await catalog(ann)
      .createEvent({ ...draft, title: 'ab', venue: { ...venue, coordinates: { latitude: 91, longitude: 0 } } })
      .catch((thrown: unknown) => ConnectError.from(thrown))
    expect(error).toMatchObject({ code: Code.InvalidArgument })
    const [bad] = (error as ConnectError).findDetails(BadRequestSchema)
    expect(bad?.fieldViolations.map(({ field }) => field)).toEqual(['title', 'venue.coordinates.latitude'])
  })
})

it('an organiser who leaves takes their events along', async () => {
  const leaver = await mesh.newUser('Lea Leaver')
  const organizer = { name: 'Lea', email: leaver.email }
  const { id: draftId } = await create({ organizer }, leaver)
  const { id: eventId } = await create({ organizer }, leaver)
  await catalog(leaver).publishEvent({ eventId })
  await createClient(IdentityService, leaver.transport).deleteUser({ password: leaver.password })
  const cancelled = await eventually(async () => {
    const { event } = await anyone.getEvent({ eventId })
    return event?.status === EventStatus.CANCELLED ? event : undefined
  }, 20_000)
  expect(cancelled.cancelReason).toBe('The organiser has left.')
  expect(cancelled.organizer).toBeUndefined()
  expect(await outcomeOf(anyone.getEvent({ eventId: draftId }))).toBe('NotFound EVENT_NOT_FOUND')
  expect(await outcomeOf(catalog(leaver).createEvent(draft))).toBe('Unauthenticated SESSION_ENDED')
})
