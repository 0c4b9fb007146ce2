import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  EventCancelledSchema,
  EventCompletedSchema,
  EventPublishedSchema,
  EventUpdatedSchema,
} from '#gen/troupe/catalog/v1/catalog_events_pb.ts'
import { uuidv7 } from '#shared/infrastructure/uuid.ts'
import { persistently, refused } from '../../shared/tests/rivals.ts'
import type { InventoryView } from '../application/ports.ts'
import { minute, openInventory, type TestEvent, type TestInventory } from './fixture.ts'

let own: TestInventory

beforeAll(async () => {
  own = await openInventory('events')
})

afterAll(async () => {
  expect(await own.violations()).toEqual([])
  await own.close()
})

const view = ({ id }: Pick<TestEvent, 'id'>) => own.app.getAvailability(id)
const terms = (name: string, price = 500) => ({
  name,
  description: '',
  price,
  saleStartsAt: undefined,
  saleEndsAt: undefined,
  perOrderLimit: 0,
})
const add = ({ id, organizer }: TestEvent, name: string, total: number, by = organizer, currency = 'EUR') =>
  own.call(() => own.app.addTicketType(by, id, terms(name), currency, total))
const update = ({ id, organizer, types }: TestEvent, name: string, change: object, by = organizer) =>
  own.call(() => own.app.updateTicketType(by, id, types[name] ?? uuidv7(), { total: undefined, ...change }))
const updated = ({ id, organizer }: TestEvent, version: number, capacity: number, hours = 48) =>
  own.hear(EventUpdatedSchema, {
    eventId: id,
    organizerId: organizer,
    startsAt: own.soon(hours),
    endsAt: own.soon(hours + 2),
    capacity,
    version,
  })

describe('a published event', () => {
  it('has an inventory, once however often it is told of', async () => {
    const event = await own.newEvent({ box: 2, stalls: 10 }, { capacity: 20 })
    await own.hear(EventPublishedSchema, { eventId: event.id, organizerId: uuidv7(), version: 2, capacity: 9 })
    expect(await view(event)).toMatchObject({
      isClosed: false,
      capacity: 20,
      currency: 'EUR',
      counts: { total: 12, available: 12, held: 0, committed: 0 },
      types: [
        { name: 'box', price: 1000 },
        { name: 'stalls', price: 2000 },
      ],
      version: 2,
      asOf: own.clock.now(),
    })
    expect((await own.events(event.id))[0]).toBe('InventoryCreated')
  })

  it.each([
    ['CAPACITY_EXCEEDED', { capacity: 11 }],
    ['CURRENCY_MISMATCH', { ticketTypes: ['EUR', 'USD'].map((currency) => type(currency, currency)) }],
    ['TICKET_TYPE_EXISTS', { ticketTypes: [type('Box', 'EUR'), type('bOX', 'EUR')] }],
  ])('that breaks the rules is put aside: %s', async (reason, wrong) => {
    await expect(own.newEvent({ a: 12 }, wrong)).rejects.toEqual(refused(reason))
  })

  it('is followed, whatever comes twice or late, and has never less room', async () => {
    const event = await own.newEvent({ stalls: 10 }, { capacity: 10 })
    await updated(event, 5, 30, 72)
    await updated(event, 4, 20, 24)
    await updated(event, 5, 30, 72)
    const [type] = (await view(event)).types
    expect(type?.saleEndsAt).toEqual(new Date(own.clock.now().getTime() + 72 * 60 * minute))
    expect(await view(event)).toMatchObject({ capacity: 30 })
    await updated(event, 6, 12)
    expect(await view(event)).toMatchObject({ capacity: 30 })
  })

  it('is sold until it ends, for good, also where its end was heard of first', async () => {
    const [done, gone] = [await own.newEvent({ a: 1 }), await own.newEvent({ a: 1 })]
    await own.hear(EventCompletedSchema, { eventId: done.id, organizerId: done.organizer })
    for (let n = 0; n < 2; n += 1)
      await own.hear(EventCancelledSchema, { eventId: gone.id, organizerId: gone.organizer, wasPublished: true })
    await updated(gone, 9, 0)
    for (const event of [done, gone]) {
      expect(await view(event)).toMatchObject({ isClosed: true })
      await expect(own.reserve(event, { a: 1 })).rejects.toEqual(refused('EVENT_CLOSED'))
      await expect(add(event, 'more', 1)).rejects.toEqual(refused('EVENT_CLOSED'))
    }
    const [draft, early] = [uuidv7(), uuidv7()]
    await own.hear(EventCancelledSchema, { eventId: draft, organizerId: uuidv7(), wasPublished: false })
    await updated({ id: draft, organizer: uuidv7(), types: {} }, 3, 5)
    await expect(view({ id: draft })).rejects.toEqual(refused('EVENT_NOT_FOUND'))
    await own.hear(EventCancelledSchema, { eventId: early, organizerId: uuidv7(), wasPublished: true })
    await own.newEvent({ a: 5 }, { eventId: early })
    expect(await view({ id: early })).toMatchObject({ isClosed: true, types: [] })
  })
})

function type(name: string, currency: string) {
  return { id: uuidv7(), name, quantity: 1, perOrderLimit: 1, price: { minorUnits: 1n, currency } }
}

describe('ticket types of an event', () => {
  it('are added and changed by its organiser, within its rules', async () => {
    const event = await own.newEvent({ stalls: 10 }, { capacity: 20 })
    const stranger = uuidv7()
    await expect(add(event, 'box', 1, stranger)).rejects.toEqual(refused('NOT_THE_ORGANIZER'))
    await expect(update(event, 'stalls', {}, stranger)).rejects.toEqual(refused('NOT_THE_ORGANIZER'))
    await expect(add(event, ' STALLS ', 1)).rejects.toEqual(refused('TICKET_TYPE_EXISTS'))
    await expect(add(event, 'box', 1, event.organizer, 'USD')).rejects.toEqual(refused('CURRENCY_MISMATCH'))
    await expect(add(event, 'box', 11)).rejects.toEqual(refused('CAPACITY_EXCEEDED'))
    await expect(update(event, 'pit', {})).rejects.toEqual(refused('TICKET_TYPE_NOT_FOUND'))
    const { type: box } = await add(event, 'box', 10)
    expect(box).toMatchObject({ name: 'box', perOrderLimit: 10, counts: { total: 10, available: 10 } })
    await expect(update(event, 'stalls', { name: 'Box' })).rejects.toEqual(refused('TICKET_TYPE_EXISTS'))
    expect(await view(event)).toMatchObject({ counts: { total: 20 }, types: [{ name: 'box' }, { name: 'stalls' }] })
  })

  it('have no fewer tickets than are held and sold, and holds keep their price', async () => {
    const event = await own.newEvent({ stalls: 10 })
    const { id } = await own.reserve(event, { stalls: 3 })
    await own.commit((await own.reserve(event, { stalls: 2 })).id)
    await expect(update(event, 'stalls', { total: 4 })).rejects.toEqual(refused('TICKETS_TAKEN'))
    const changed = await update(event, 'stalls', { total: 5, price: 9900, perOrderLimit: 1 })
    expect(changed.type).toMatchObject({
      price: 9900,
      counts: { total: 5, available: 0, held: 3, committed: 2 },
      perOrderLimit: 1,
    })
    expect(await own.reserve(event, { stalls: 3 }, { id })).toMatchObject({ items: [{ unitPrice: 1000 }] })
    expect(await own.counts(event)).toEqual([0, 3, 2])
  })

  it('never pass the capacity together, nor a count what is taken, however many change them at once', async () => {
    const event = await own.newEvent({ stalls: 10 }, { capacity: 25 })
    const names = Array.from({ length: 10 }, (_, n) => `type ${n}`)
    const added = await Promise.allSettled(names.map((name) => persistently(() => add(event, name, 5))))
    expect(added.filter(({ status }) => status === 'fulfilled')).toHaveLength(3)
    await Promise.allSettled([
      ...[3, 8, 6, 4].map((total) => persistently(() => update(event, 'stalls', { total }))),
      ...Array.from({ length: 6 }, () => persistently(() => own.reserve(event, { stalls: 1 }))),
    ])
    expect(await own.violations()).toEqual([])
    expect((await view(event)).counts.total).toBeLessThanOrEqual(25)
    const same = await Promise.allSettled(
      Array.from({ length: 5 }, () => persistently(() => add(event, 'one name', 1))),
    )
    const taken = same.filter((each) => each.status === 'rejected' && each.reason.reason !== 'TICKET_TYPE_EXISTS')
    expect(taken.every((each) => each.status === 'rejected' && each.reason.reason === 'CAPACITY_EXCEEDED')).toBe(true)
    expect(await own.violations()).toEqual([])
  })

  it('are at most fifty', async () => {
    const event = await own.newEvent(Object.fromEntries(Array.from({ length: 50 }, (_, n) => [`type ${n}`, 1])))
    await expect(add(event, 'one more', 1)).rejects.toEqual(refused('TOO_MANY_TICKET_TYPES'))
    expect((await view(event)).types).toHaveLength(50)
  })
})

describe('what is left', () => {
  const told = async ({ id }: TestEvent) => {
    const rows = await own.sql(
      `select split_part(event_type, '.', 4) as name, event_data as data, event_version as place from event_store
       where stream_id = $1 order by event_version`,
      id,
    )
    return rows as { name: string; data: Record<string, string>; place: number }[]
  }

  it('is told once for all that changed, with prices of what is there, and its end', async () => {
    const event = await own.newEvent({ stalls: 2, box: 1 })
    await own.app.tellChanges()
    const [first, second] = [await own.reserve(event, { stalls: 2 }), await own.reserve(event, { box: 1 })]
    await Promise.all([own.app.tellChanges(), own.app.tellChanges()])
    await own.app.tellChanges()
    await own.commit(first.id)
    await own.commit(second.id)
    await own.app.tellChanges()
    const events = await told(event)
    expect(events.map(({ name }) => name)).toEqual([
      'InventoryCreated',
      'InventoryUpdated',
      'InventoryUpdated',
      'InventoryUpdated',
      'SoldOut',
    ])
    expect(events[1]?.data).toMatchObject({
      available: 3,
      lowestPrice: { minorUnits: '1000' },
      highestPrice: { minorUnits: '2000' },
    })
    expect(events[2]?.data).toMatchObject({ held: 3, total: 3 })
    expect(events[2]?.data.lowestPrice).toBeUndefined()
    expect(events[4]?.data.inventoryVersion).toBe(events[3]?.data.inventoryVersion)
    expect(await own.sql('select 1 from untold')).toEqual([])
  })

  it('is told in versions that only grow, whoever tells while many buy, and comes to what is so', async () => {
    const event = await own.newEvent({ stalls: 200 })
    let isBuying = true
    const teller = async () => {
      while (isBuying) {
        await own.app.tellChanges()
        await sleep(1)
      }
    }
    const tellers = [teller(), teller()]
    try {
      const holds = await Promise.all(
        Array.from({ length: 100 }, () => persistently(() => own.reserve(event, { stalls: 2 }))),
      )
      await Promise.all(holds.map(({ id }) => persistently(() => own.commit(id))))
    } finally {
      isBuying = false
      await Promise.all(tellers)
    }
    await own.app.tellChanges()
    const updates = (await told(event)).filter(({ name }) => name === 'InventoryUpdated')
    const versions = updates.map(({ data }) => Number(data.inventoryVersion))
    expect(versions).toEqual([...new Set(versions)].toSorted((a, b) => a - b))
    expect(updates.at(-1)?.data).toMatchObject({ committed: 200, total: 200 })
    expect((await told(event)).at(-1)?.name).toBe('SoldOut')
    expect(versions.at(-1)).toBe((await view(event)).version)
  }, 120_000)

  it('is told again where it changes while it is being told', async () => {
    await own.app.tellChanges()
    const event = await own.newEvent({ stalls: 2 })
    const { commit } = own.database
    const between = async (...statement: Parameters<typeof commit>) => {
      Object.assign(own.database, { commit })
      await own.reserve(event, { stalls: 1 })
      return commit(...statement)
    }
    Object.assign(own.database, { commit: between })
    await own.app.tellChanges()
    expect((await told(event)).at(-1)?.data).toMatchObject({ available: 2 })
    await own.app.tellChanges()
    expect((await told(event)).at(-1)?.data).toMatchObject({ available: 1, held: 1 })
  })

  it('is told after a crash, by whoever looks next', async () => {
    const event = await own.newEvent({ stalls: 1 })
    await own.app.tellChanges()
    const { id } = await own.reserve(event, { stalls: 1 })
    const { commit } = own.database
    const broken = async () => {
      throw Object.assign(new Error('Connection terminated'), { code: 'ECONNRESET' })
    }
    Object.assign(own.database, { commit: broken })
    await own.app.tellChanges()
    Object.assign(own.database, { commit })
    expect(await told(event)).toHaveLength(2)
    expect(await own.work.isQuiet(own.clock.now())).toBe(false)
    await own.app.tellChanges()
    expect((await told(event)).at(-1)?.data).toMatchObject({ held: 1 })
    await own.release(id)
    await own.app.tellChanges()
    expect((await told(event)).at(-1)?.data).toMatchObject({ available: 1 })
  })

  it('is followed live, gathered, until the event is closed', async () => {
    const event = await own.newEvent({ stalls: 50 })
    const seen: (InventoryView | undefined)[] = []
    const stop = new AbortController()
    const watching = (async () => {
      for await (const each of own.app.watchAvailability(event.id, stop.signal)) seen.push(each)
    })()
    await expect.poll(() => seen.length).toBe(1)
    for (let n = 0; n < 20; n += 1) await own.reserve(event, { stalls: 1 })
    await expect.poll(() => seen.at(-1)?.counts.held, { timeout: 10_000 }).toBe(20)
    expect(seen.length).toBeLessThan(15)
    await own.hear(EventCompletedSchema, { eventId: event.id, organizerId: event.organizer })
    await watching
    expect(seen.at(-1)).toMatchObject({ isClosed: true })
    await expect(own.app.watchAvailability(uuidv7(), stop.signal).next()).rejects.toEqual(refused('EVENT_NOT_FOUND'))
    const closed = own.app.watchAvailability(event.id, stop.signal)
    expect((await closed.next()).value).toMatchObject({ isClosed: true })
    expect((await closed.next()).done).toBe(true)
  }, 40_000)
})
