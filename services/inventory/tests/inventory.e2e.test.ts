import { createClient } from '@connectrpc/connect'
import { beforeAll, describe, expect, it } from 'vitest'
import { InventoryService } from '#gen/troupe/inventory/v1/inventory_service_pb.ts'
import { MeshService } from '#gen/troupe/mesh/v1/mesh_service_pb.ts'
import { duration } from '#shared/domain/timestamp.ts'
import { outcomeOf, type TestUser, testMesh } from '../../../tests/mesh.ts'

const mesh = testMesh()
const anyone = createClient(InventoryService, mesh.transport())
const eventId = crypto.randomUUID()
const reservationId = crypto.randomUUID()
const ticketTypeId = crypto.randomUUID()
let user: TestUser
let own: ReturnType<typeof createClient<typeof InventoryService>>

beforeAll(async () => {
  user = await mesh.newUser()
  own = createClient(InventoryService, user.transport)
})

describe('tickets of an event that nobody has published', () => {
  it('are not there, for whoever asks', async () => {
    const missing = 'NotFound EVENT_NOT_FOUND'
    expect(await outcomeOf(anyone.getAvailability({ eventId }))).toBe(missing)
    expect(await outcomeOf(anyone.watchAvailability({ eventId })[Symbol.asyncIterator]().next())).toBe(missing)
    const type = { eventId, name: 'Box', priceMinorUnits: 1n, currency: 'EUR', total: 1 }
    expect(await outcomeOf(own.addTicketType(type))).toBe(missing)
    expect(await outcomeOf(own.updateTicketType({ eventId, ticketTypeId, total: 3 }))).toBe(missing)
    expect(await outcomeOf(own.openWaitingRoom({ eventId, admitPerMinute: 9 }))).toBe(missing)
    expect(await outcomeOf(own.closeWaitingRoom({ eventId }))).toBe(missing)
    expect(await outcomeOf(own.joinQueue({ eventId }))).toBe(missing)
    expect(await outcomeOf(own.watchQueue({ eventId })[Symbol.asyncIterator]().next())).toBe(missing)
    const wish = { eventId, ticketTypeIds: [ticketTypeId], partySize: 1 }
    expect(await outcomeOf(own.joinWaitingList(wish))).toBe(missing)
    const entry = 'NotFound WAITING_LIST_ENTRY_NOT_FOUND'
    expect(await outcomeOf(own.claimOffer({ entryId: eventId }))).toBe(entry)
    expect(await outcomeOf(own.leaveWaitingList({ entryId: eventId }))).toBe(entry)
    expect((await own.listWaitingListEntries({})).entries).toEqual([])
  })
})

describe('who may not', () => {
  it('changes nothing without an account', async () => {
    const type = { eventId, name: 'Box', priceMinorUnits: 1n, currency: 'EUR', total: 1 }
    expect(await outcomeOf(anyone.addTicketType(type))).toContain('Unauthenticated')
    expect(await outcomeOf(anyone.updateTicketType({ eventId, ticketTypeId }))).toContain('Unauthenticated')
    const entryId = eventId
    const calls = [
      anyone.openWaitingRoom({ eventId, admitPerMinute: 1 }),
      anyone.closeWaitingRoom({ eventId }),
      anyone.joinQueue({ eventId }),
      anyone.watchQueue({ eventId })[Symbol.asyncIterator]().next(),
      anyone.joinWaitingList({ eventId, ticketTypeIds: [ticketTypeId], partySize: 1 }),
      anyone.claimOffer({ entryId }),
      anyone.leaveWaitingList({ entryId }),
      anyone.listWaitingListEntries({}),
    ]
    for (const outcome of await Promise.all(calls.map(outcomeOf))) expect(outcome).toContain('Unauthenticated')
  })

  it('holds, sells or frees no tickets without a service’s identity', async () => {
    const items = [{ ticketTypeId, quantity: 1 }]
    for (const client of [anyone, own]) {
      const calls = [
        client.reserveTickets({ reservationId, eventId, userId: user.id, items }),
        client.commitTickets({ reservationId }),
        client.releaseTickets({ reservationId }),
      ]
      for (const outcome of await Promise.all(calls.map(outcomeOf)))
        expect(outcome).toMatch(/^(Unauthenticated|PermissionDenied)/)
    }
  })
})

it('what is asked for wrongly is told what is wrong', async () => {
  const wrong = [
    anyone.getAvailability({ eventId: 'tonight' }),
    own.addTicketType({ eventId, name: ' ', currency: 'EUR', total: 1 }),
    own.addTicketType({ eventId, name: 'Box', currency: 'euro', total: 1 }),
    own.addTicketType({ eventId, name: 'Box', currency: 'EUR', total: 0 }),
    own.updateTicketType({ eventId, ticketTypeId, perOrderLimit: 0 }),
    own.openWaitingRoom({ eventId, admitPerMinute: 0 }),
    own.openWaitingRoom({ eventId, admitPerMinute: 1, turn: duration(1000) }),
    own.joinQueue({ eventId: 'tonight' }),
    own.joinWaitingList({ eventId, ticketTypeIds: [], partySize: 1 }),
    own.joinWaitingList({ eventId, ticketTypeIds: ['box'], partySize: 1 }),
    own.joinWaitingList({ eventId, ticketTypeIds: [ticketTypeId], partySize: 0 }),
    own.claimOffer({ entryId: 'mine' }),
    own.listWaitingListEntries({ pageToken: 'x' }),
  ]
  for (const outcome of await Promise.all(wrong.map(outcomeOf))) expect(outcome).toContain('InvalidArgument')
})

it('its invariants hold', async () => {
  const operator = createClient(MeshService, await mesh.operator())
  const { results } = await operator.checkInvariants({ contexts: ['inventory'] })
  expect(results.length).toBeGreaterThan(4)
  expect(results.flatMap(({ violations }) => violations)).toEqual([])
})
