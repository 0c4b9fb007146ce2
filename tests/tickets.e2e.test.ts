import { randomUUID } from 'node:crypto'
import { createClient } from '@connectrpc/connect'
import { beforeAll, expect, it } from 'vitest'
import { CatalogService } from '#gen/troupe/catalog/v1/catalog_service_pb.ts'
import { InventoryService } from '#gen/troupe/inventory/v1/inventory_service_pb.ts'
import { InventoryStatus } from '#gen/troupe/inventory/v1/ticket_inventory_pb.ts'
import { MeshService } from '#gen/troupe/mesh/v1/mesh_service_pb.ts'
import { duration, timestamp } from '#shared/domain/timestamp.ts'
import { eventually, outcomeOf, type TestUser, testMesh } from './mesh.ts'

const mesh = testMesh()
const anyone = {
  catalog: createClient(CatalogService, mesh.transport()),
  inventory: createClient(InventoryService, mesh.transport()),
}
const stalls = { name: 'Stalls', priceMinorUnits: 2500n, currency: 'EUR', quantity: 3 }
const gallery = { name: 'Gallery', priceMinorUnits: 900n, currency: 'EUR', quantity: 2 }

let ann: TestUser
let own: { catalog: typeof anyone.catalog; inventory: typeof anyone.inventory }
let booking: typeof anyone.inventory

beforeAll(async () => {
  ann = await mesh.newUser('Ann Organiser')
  own = {
    catalog: createClient(CatalogService, ann.transport),
    inventory: createClient(InventoryService, ann.transport),
  }
  booking = createClient(InventoryService, await mesh.service('story'))
})

/** A published event, and its ticket types by name, once they are on sale. */
const onSale = async () => {
  const { event } = await own.catalog.createEvent({
    title: 'An evening of fables',
    category: 'reading',
    startsAt: timestamp(new Date('2031-07-01T18:00:00Z')),
    endsAt: timestamp(new Date('2031-07-01T20:00:00Z')),
    timeZone: 'Europe/Vienna',
    venue: { name: 'Old Mill', capacity: 6, address: { city: 'Vienna', country: 'AT' } },
    ticketTypes: [stalls, gallery],
  })
  const eventId = event?.id ?? ''
  await own.catalog.publishEvent({ eventId })
  const { inventory } = await eventually(async () =>
    (await outcomeOf(anyone.inventory.getAvailability({ eventId }))) === 'in'
      ? anyone.inventory.getAvailability({ eventId })
      : undefined,
  )
  const types = new Map(inventory?.ticketTypes.map(({ name, id }) => [name, id]))
  const item = (name: string, quantity: number) => ({ ticketTypeId: types.get(name) ?? '', quantity })
  return { eventId, inventory, item }
}

/** What the catalog shows of an event, once inventory's news of so many available tickets have come. */
const shown = (eventId: string, available: number) =>
  eventually(async () => {
    const { event } = await anyone.catalog.getEvent({ eventId })
    return event?.availability?.available === available ? event.availability : undefined
  })

it('are drawn up in the catalog, sold by inventory, and shown by both', async () => {
  const { eventId, inventory, item } = await onSale()
  expect(inventory).toMatchObject({
    status: InventoryStatus.AVAILABLE,
    capacity: 6,
    counts: { total: 5, available: 5, held: 0, committed: 0 },
    ticketTypes: [
      { name: 'Gallery', price: { minorUnits: 900n } },
      { name: 'Stalls', perOrderLimit: 10 },
    ],
  })
  expect(await shown(eventId, 5)).toMatchObject({
    lowestPrice: { minorUnits: 900n },
    highestPrice: { minorUnits: 2500n },
  })

  const reservationId = randomUUID()
  const asked = { reservationId, eventId, userId: ann.id, items: [item('Gallery', 2), item('Stalls', 1)] }
  const { hold } = await booking.reserveTickets(asked)
  expect(hold?.items.map(({ unitPrice }) => unitPrice?.minorUnits).toSorted()).toEqual([2500n, 900n])
  expect(await shown(eventId, 2)).toMatchObject({ total: 5, lowestPrice: { minorUnits: 2500n } })
  const other = { ...asked, reservationId: randomUUID(), items: [item('Gallery', 1)] }
  expect(await outcomeOf(booking.reserveTickets(other))).toBe('FailedPrecondition TICKETS_UNAVAILABLE')
  await booking.commitTickets({ reservationId })
  const returned = { ...asked, reservationId: randomUUID(), items: [item('Stalls', 1)] }
  await booking.reserveTickets(returned)
  await booking.commitTickets(returned)
  expect(await shown(eventId, 1)).toMatchObject({ total: 5 })
  await booking.releaseTickets(returned)
  expect(await shown(eventId, 2)).toMatchObject({ total: 5 })

  const more = { eventId, name: 'Box', priceMinorUnits: 5000n, currency: 'EUR', total: 2 }
  expect(await outcomeOf(own.inventory.addTicketType(more))).toBe('FailedPrecondition CAPACITY_EXCEEDED')
  const { event } = await anyone.catalog.getEvent({ eventId })
  const venue = { name: 'Old Mill', capacity: 7, address: { city: 'Vienna', country: 'AT' } }
  await own.catalog.updateEvent({ eventId, expectedVersion: event?.version ?? 0, venue })
  await eventually(async () => (await outcomeOf(own.inventory.addTicketType(more))) === 'in' || undefined)
  expect(await shown(eventId, 4)).toMatchObject({ total: 7, highestPrice: { minorUnits: 5000n } })
})

it('are watched until their event is cancelled, and not sold any more then', async () => {
  const { eventId, item } = await onSale()
  const statuses: InventoryStatus[] = []
  const watching = (async () => {
    for await (const { inventory } of anyone.inventory.watchAvailability({ eventId }))
      if (inventory) statuses.push(inventory.status)
  })()
  const order = { eventId, userId: ann.id, items: [item('Gallery', 2), item('Stalls', 3)] }
  const reservationId = randomUUID()
  await booking.reserveTickets({ reservationId, ...order })
  await eventually(async () => statuses.includes(InventoryStatus.RESERVED) || undefined)
  await own.catalog.cancelEvent({ eventId, reason: 'The river has risen.' })
  await watching
  expect(statuses.at(-1)).toBe(InventoryStatus.CLOSED)
  expect(await outcomeOf(booking.reserveTickets({ reservationId: randomUUID(), ...order }))).toBe(
    'FailedPrecondition EVENT_CLOSED',
  )
})

it('that nobody sells in time are free again', () =>
  mesh.withClock(async (move) => {
    const { eventId, item } = await onSale()
    const reservationId = randomUUID()
    const holdFor = duration(60_000)
    await booking.reserveTickets({ reservationId, eventId, userId: ann.id, items: [item('Stalls', 3)], holdFor })
    await shown(eventId, 2)
    await move(61_000)
    await shown(eventId, 5)
    const operator = createClient(MeshService, await mesh.operator())
    const { results } = await operator.checkInvariants({ contexts: ['catalog', 'inventory'] })
    expect(results.flatMap(({ violations }) => violations)).toEqual([])
  }))
