import { randomUUID } from 'node:crypto'
import { createClient } from '@connectrpc/connect'
import { beforeAll, expect, it } from 'vitest'
import { CatalogService } from '#gen/troupe/catalog/v1/catalog_service_pb.ts'
import { InventoryService } from '#gen/troupe/inventory/v1/inventory_service_pb.ts'
import { WaitingListStatus } from '#gen/troupe/inventory/v1/waiting_list_pb.ts'
import { QueuePlaceStatus } from '#gen/troupe/inventory/v1/waiting_room_pb.ts'
import { MeshService } from '#gen/troupe/mesh/v1/mesh_service_pb.ts'
import { NotificationService } from '#gen/troupe/notification/v1/notification_service_pb.ts'
import { duration, timestamp } from '#shared/domain/timestamp.ts'
import { eventually, outcomeOf, type TestUser, testMesh } from './mesh.ts'

const mesh = testMesh()
const inventoryOf = (user: TestUser) => createClient(InventoryService, user.transport)
type Inventory = ReturnType<typeof inventoryOf>

let organizer: TestUser
let buyers: TestUser[]
let booking: Inventory

beforeAll(async () => {
  organizer = await mesh.newUser('Ann Organiser')
  buyers = await Promise.all(['Bea', 'Cem', 'Dora'].map((name) => mesh.newUser(name)))
  booking = createClient(InventoryService, await mesh.service('booking'))
})

/** A published event with so many seats, and what is needed to reserve one, as booking does. */
const onSale = async (quantity: number) => {
  const catalog = createClient(CatalogService, organizer.transport)
  const { event } = await catalog.createEvent({
    title: 'An evening of fables',
    category: 'reading',
    startsAt: timestamp(new Date('2031-07-01T18:00:00Z')),
    endsAt: timestamp(new Date('2031-07-01T20:00:00Z')),
    timeZone: 'Europe/Vienna',
    venue: { name: 'Our channel', isOnline: true },
    ticketTypes: [{ name: 'Stalls', priceMinorUnits: 2500n, currency: 'EUR', quantity }],
  })
  const eventId = event?.id ?? ''
  await catalog.publishEvent({ eventId })
  const anyone = createClient(InventoryService, mesh.transport())
  const ticketTypeId = await eventually(async () => {
    if ((await outcomeOf(anyone.getAvailability({ eventId }))) !== 'in') return undefined
    return (await anyone.getAvailability({ eventId })).inventory?.ticketTypes[0]?.id
  })
  const reserve = (user: TestUser, queueTicket = '', count = 1) => {
    const items = [{ ticketTypeId, quantity: count }]
    return booking.reserveTickets({ reservationId: randomUUID(), eventId, userId: user.id, items, queueTicket })
  }
  return { eventId, ticketTypeId, reserve }
}

it('buyers stand in line, are let in one after the other, and reserve once in their turn', () =>
  mesh.withClock(async (move) => {
    const [bea, cem] = buyers as [TestUser, TestUser]
    const { eventId, reserve } = await onSale(5)
    const room = { eventId, admitPerMinute: 60, turn: duration(60_000) }
    expect(await outcomeOf(inventoryOf(bea).openWaitingRoom(room))).toContain('NOT_THE_ORGANIZER')
    await inventoryOf(organizer).openWaitingRoom(room)
    expect(await outcomeOf(reserve(bea))).toBe('FailedPrecondition QUEUE_TICKET_REQUIRED')

    const [first, next] = [await inventoryOf(bea).joinQueue({ eventId }), await inventoryOf(cem).joinQueue({ eventId })]
    expect([first.place?.position, next.place?.position]).toEqual([1n, 2n])
    const seen: QueuePlaceStatus[] = []
    for await (const { place } of inventoryOf(cem).watchQueue({ eventId })) {
      if (place) seen.push(place.status)
      if (place?.status === QueuePlaceStatus.ADMITTED) break
    }
    expect(seen.at(-1)).toBe(QueuePlaceStatus.ADMITTED)
    const ticket = next.place?.queueTicket ?? ''
    expect(await outcomeOf(reserve(bea, ticket))).toBe('InvalidArgument QUEUE_TICKET_INVALID')
    const { hold } = await reserve(cem, ticket)
    expect(hold?.items[0]?.quantity).toBe(1)
    expect(await outcomeOf(reserve(cem, ticket))).toBe('FailedPrecondition QUEUE_TICKET_USED')

    await move(65_000)
    expect(await outcomeOf(reserve(bea, first.place?.queueTicket))).toBe('FailedPrecondition QUEUE_TURN_OVER')
    await inventoryOf(organizer).closeWaitingRoom({ eventId })
    await reserve(bea)
    expect(await outcomeOf(inventoryOf(bea).joinQueue({ eventId }))).toBe('FailedPrecondition NO_WAITING_ROOM')
  }))

it('who waits for tickets is offered what becomes free, told of it, and reserves it; what they leave is free', async () => {
  const [bea, cem, dora] = buyers as [TestUser, TestUser, TestUser]
  const { eventId, ticketTypeId, reserve } = await onSale(2)
  const wish = { eventId, ticketTypeIds: [ticketTypeId], partySize: 2 }
  expect(await outcomeOf(inventoryOf(bea).joinWaitingList(wish))).toBe('FailedPrecondition TICKETS_AVAILABLE')
  const { hold } = await reserve(dora, '', 2)
  const { entry } = await inventoryOf(bea).joinWaitingList(wish)
  await inventoryOf(cem).joinWaitingList({ ...wish, partySize: 1 })
  await booking.releaseTickets({ reservationId: hold?.reservationId ?? '' })
  const statusOf = async (user: TestUser) =>
    (await inventoryOf(user).listWaitingListEntries({})).entries.find((each) => each.eventId === eventId)?.status
  await eventually(async () => (await statusOf(bea)) === WaitingListStatus.OFFERED || undefined)
  expect(await outcomeOf(reserve(dora))).toBe('FailedPrecondition TICKETS_UNAVAILABLE')
  const told = await eventually(async () => {
    const { notifications } = await createClient(NotificationService, bea.transport).listNotifications({})
    return notifications.find(({ kind }) => kind === 'tickets_offered')
  })
  expect(told.title).toBe('2 tickets are held for you')

  const entryId = entry?.id ?? ''
  expect(await outcomeOf(inventoryOf(cem).claimOffer({ entryId }))).toBe('NotFound WAITING_LIST_ENTRY_NOT_FOUND')
  const claimed = await inventoryOf(bea).claimOffer({ entryId })
  expect(claimed.entry?.status).toBe(WaitingListStatus.CLAIMED)
  const reserved = await reserve(bea, claimed.queueTicket, 1)
  await booking.commitTickets({ reservationId: reserved.hold?.reservationId ?? '' })
  await eventually(async () => (await statusOf(cem)) === WaitingListStatus.OFFERED || undefined)

  const { entries } = await inventoryOf(cem).listWaitingListEntries({})
  await inventoryOf(cem).leaveWaitingList({ entryId: entries.find((each) => each.eventId === eventId)?.id ?? '' })
  expect(await statusOf(cem)).toBe(WaitingListStatus.LEFT)
  await reserve(dora)
  const operator = createClient(MeshService, await mesh.operator())
  const { results } = await operator.checkInvariants({ contexts: ['inventory'] })
  expect(results.flatMap(({ violations }) => violations)).toEqual([])
})
