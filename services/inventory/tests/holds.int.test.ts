import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { EventCancelledSchema } from '#gen/troupe/catalog/v1/catalog_events_pb.ts'
import { sweep } from '#shared/infrastructure/janitor.ts'
import { uuidv7 } from '#shared/infrastructure/uuid.ts'
import { persistently, refused } from '../../shared/tests/rivals.ts'
import { expiries } from '../infrastructure/expiries.ts'
import { hour, minute, openInventory, type TestEvent, type TestInventory } from './fixture.ts'

let own: TestInventory

beforeAll(async () => {
  own = await openInventory('holds')
})

afterAll(async () => {
  expect(await own.violations()).toEqual([])
  await own.close()
})

const stateOf = async (id: string) => (await own.sql('select status from holds where id = $1', id))[0]?.status
const cancel = ({ id, organizer }: TestEvent) =>
  own.hear(EventCancelledSchema, { eventId: id, organizerId: organizer, wasPublished: true })

describe('a hold', () => {
  it('sets tickets aside at the prices of now, and sells them once', async () => {
    const event = await own.newEvent({ stalls: 10, box: 4 })
    const hold = await own.reserve(event, { stalls: 2, box: 1 })
    expect(hold.items).toMatchObject([
      { name: 'stalls', quantity: 2, unitPrice: 1000, currency: 'EUR' },
      { name: 'box', quantity: 1, unitPrice: 2000 },
    ])
    expect(await own.counts(event)).toEqual([11, 3, 0])
    await own.commit(hold.id)
    expect(await own.commit(hold.id)).toMatchObject({ status: 'COMMITTED' })
    expect(await own.counts(event, 'stalls')).toEqual([8, 0, 2])
    expect(await own.events(hold.id)).toEqual(['TicketsReserved', 'TicketsCommitted'])
  })

  it('is the same for the same order, whatever became of the sale, and for no other', async () => {
    const event = await own.newEvent({ stalls: 5 })
    const other = await own.newEvent({ stalls: 5 })
    const { id, expiresAt } = await own.reserve(event, { stalls: 5 })
    own.clock.advance(minute)
    expect(await own.reserve(event, { stalls: 5 }, { id, forMs: hour })).toMatchObject({ status: 'HELD', expiresAt })
    await expect(own.reserve(event, { stalls: 4 }, { id })).rejects.toEqual(refused('HOLD_MISMATCH'))
    await expect(own.reserve(other, { stalls: 5 }, { id })).rejects.toEqual(refused('HOLD_MISMATCH'))
    await expect(own.reserve({ ...other, id: uuidv7() }, { stalls: 5 }, { id })).rejects.toEqual(
      refused('HOLD_MISMATCH'),
    )
    await own.commit(id)
    expect(await own.reserve(event, { stalls: 5 }, { id })).toMatchObject({ status: 'COMMITTED' })
    expect(await own.events(id)).toEqual(['TicketsReserved', 'TicketsCommitted'])
  })

  it('that many ask for at once is one', async () => {
    const event = await own.newEvent({ stalls: 9 })
    const id = uuidv7()
    await Promise.all(Array.from({ length: 20 }, () => persistently(() => own.reserve(event, { stalls: 3 }, { id }))))
    expect(await own.counts(event)).toEqual([6, 3, 0])
    expect(await own.events(id)).toEqual(['TicketsReserved'])
  })

  it('is refused for what is not there, all of it', async () => {
    const [event, other] = [await own.newEvent({ stalls: 3, box: 2 }), await own.newEvent({ stalls: 3 })]
    await expect(own.reserve(event, { stalls: 1, box: 3 })).rejects.toEqual(refused('TICKETS_UNAVAILABLE'))
    await expect(own.reserve(event, { stalls: 11 })).rejects.toEqual(refused('ORDER_LIMIT_EXCEEDED'))
    const ofOther = other.types.stalls ?? ''
    await expect(own.reserve(event, { [ofOther]: 1 })).rejects.toEqual(refused('TICKET_TYPE_NOT_FOUND'))
    await expect(own.reserve({ ...event, id: uuidv7() }, { stalls: 1 })).rejects.toEqual(refused('EVENT_NOT_FOUND'))
    await cancel(event)
    await expect(own.reserve(event, { stalls: 1 })).rejects.toEqual(refused('EVENT_CLOSED'))
    expect(await own.counts(event)).toEqual([5, 0, 0])
  })

  it('is not sold any more once its event is closed, and can be given back', async () => {
    const event = await own.newEvent({ stalls: 3 })
    const [held, sold] = [await own.reserve(event, { stalls: 1 }), await own.reserve(event, { stalls: 1 })]
    await own.commit(sold.id)
    await cancel(event)
    await expect(own.commit(held.id)).rejects.toEqual(refused('EVENT_CLOSED'))
    expect(await own.commit(sold.id)).toMatchObject({ status: 'COMMITTED' })
    await own.release(held.id)
    expect(await own.counts(event)).toEqual([2, 0, 1])
    await own.release(sold.id)
    expect(await own.counts(event)).toEqual([3, 0, 0])
  })
})

describe('a release', () => {
  it('gives back once, for good', async () => {
    const event = await own.newEvent({ stalls: 2 })
    const { id } = await own.reserve(event, { stalls: 2 })
    await Promise.all(Array.from({ length: 5 }, () => persistently(() => own.release(id))))
    expect(await own.counts(event)).toEqual([2, 0, 0])
    expect(await own.events(id)).toEqual(['TicketsReserved', 'TicketsReleased'])
    await expect(own.commit(id)).rejects.toEqual(refused('HOLD_RELEASED'))
    await expect(own.reserve(event, { stalls: 2 }, { id })).rejects.toEqual(refused('HOLD_RELEASED'))
  })

  it('of what is sold returns it once, for good, and it is sold again', async () => {
    const event = await own.newEvent({ stalls: 2, box: 1 })
    const { id } = await own.reserve(event, { stalls: 2, box: 1 })
    await own.commit(id)
    await Promise.all(Array.from({ length: 5 }, () => persistently(() => own.release(id))))
    expect(await own.call(() => own.app.findHolds([id, uuidv7()]))).toMatchObject([{ id, status: 'RETURNED' }])
    expect(await own.counts(event)).toEqual([3, 0, 0])
    expect(await own.events(id)).toEqual(['TicketsReserved', 'TicketsCommitted', 'TicketsReleased'])
    await expect(own.commit(id)).rejects.toEqual(refused('HOLD_RELEASED'))
    const again = await own.reserve(event, { stalls: 2, box: 1 })
    await own.commit(again.id)
    expect(await own.counts(event)).toEqual([0, 0, 3])
  })

  it('at the moment of the sale: whichever is first, nothing of it stays sold', async () => {
    const event = await own.newEvent({ stalls: 1 })
    for (let round = 0; round < 10; round += 1) {
      const { id } = await own.reserve(event, { stalls: 1 })
      await Promise.allSettled([persistently(() => own.commit(id)), persistently(() => own.release(id))])
      expect(['RELEASED', 'RETURNED']).toContain(await stateOf(id))
      expect(await own.counts(event)).toEqual([1, 0, 0])
    }
  })

  it('that comes first lets nothing be set aside, also at the same time', async () => {
    const event = await own.newEvent({ stalls: 40 })
    const id = uuidv7()
    await own.release(id)
    await expect(own.reserve(event, { stalls: 2 }, { id })).rejects.toEqual(refused('HOLD_RELEASED'))
    await expect(own.commit(id)).rejects.toEqual(refused('HOLD_RELEASED'))
    await expect(own.commit(uuidv7())).rejects.toEqual(refused('HOLD_NOT_FOUND'))
    for (let round = 0; round < 10; round += 1) {
      const both = uuidv7()
      await Promise.allSettled([
        persistently(() => own.reserve(event, { stalls: 1 }, { id: both })),
        persistently(() => own.release(both)),
      ])
      expect(await stateOf(both)).toBe('RELEASED')
    }
    expect(await own.counts(event)).toEqual([40, 0, 0])
  })
})

describe('what is not decided in time', () => {
  it('lapses by itself, and is told of', async () => {
    const event = await own.newEvent({ stalls: 4 })
    const early = await own.reserve(event, { stalls: 1 })
    const late = await own.reserve(event, { stalls: 1 }, { forMs: 11 * minute })
    const sold = await own.reserve(event, { stalls: 1 })
    await own.commit(sold.id)
    own.clock.advance(10 * minute)
    await own.app.lapseHolds()
    expect(await own.counts(event)).toEqual([2, 1, 1])
    expect(await own.events(early.id)).toEqual(['TicketsReserved', 'TicketsReleased'])
    const [told] = await own.sql(
      `select event_data->>'reason' as reason from event_store where stream_id = $1 and event_version = 2`,
      early.id,
    )
    expect(told).toEqual({ reason: 'RELEASE_REASON_LAPSED' })
    expect(await stateOf(late.id)).toBe('HELD')
    await expect(own.reserve(event, { stalls: 1 }, { id: early.id })).rejects.toEqual(refused('HOLD_RELEASED'))
  })

  it('keeps nobody from what is free, before it was looked for', async () => {
    const event = await own.newEvent({ stalls: 60 })
    for (let n = 0; n < 60; n += 1) await own.reserve(event, { stalls: 1 })
    await expect(own.reserve(event, { stalls: 1 })).rejects.toEqual(refused('TICKETS_UNAVAILABLE'))
    own.clock.advance(10 * minute)
    const won = await Promise.all(
      Array.from({ length: 30 }, () => persistently(() => own.reserve(event, { stalls: 2 }))),
    )
    expect(won).toHaveLength(30)
    expect(await own.counts(event)).toEqual([0, 60, 0])
  })

  it('is sold where money comes late and its tickets are free, lapsed ones of others too', async () => {
    const event = await own.newEvent({ stalls: 3 })
    const [late, later] = [await own.reserve(event, { stalls: 2 }), await own.reserve(event, { stalls: 1 })]
    own.clock.advance(10 * minute)
    await own.app.lapseHolds()
    await own.reserve(event, { stalls: 3 })
    await expect(own.commit(late.id)).rejects.toEqual(refused('TICKETS_UNAVAILABLE'))
    expect(await stateOf(late.id)).toBe('LAPSED')
    own.clock.advance(10 * minute)
    await own.commit(late.id)
    expect(await own.events(late.id)).toEqual(['TicketsReserved', 'TicketsReleased', 'TicketsCommitted'])
    await own.release(later.id)
    await expect(own.commit(later.id)).rejects.toEqual(refused('HOLD_RELEASED'))
    expect(await own.counts(event)).toEqual([1, 0, 2])
  })

  it('and is sold at the same moment is either, and counted once', async () => {
    const event = await own.newEvent({ stalls: 10 })
    for (let round = 0; round < 10; round += 1) {
      const { id } = await own.reserve(event, { stalls: 1 })
      own.clock.advance(10 * minute)
      await Promise.all([own.app.lapseHolds(), persistently(() => own.commit(id)), own.app.lapseHolds()])
      expect(await stateOf(id)).toBe('COMMITTED')
    }
    expect(await own.counts(event)).toEqual([0, 0, 10])
  })

  it('and is given back while that is being written is told of once', async () => {
    const event = await own.newEvent({ stalls: 1 })
    const { id } = await own.reserve(event, { stalls: 1 })
    own.clock.advance(10 * minute)
    await own.call(async () => {
      await own.app.releaseTickets(id)
      await own.app.lapseHolds()
    })
    expect(await stateOf(id)).toBe('RELEASED')
    expect(await own.events(id)).toEqual(['TicketsReserved', 'TicketsReleased'])
    expect(await own.counts(event)).toEqual([1, 0, 0])
  })

  it('does so although another hold, whose turn is first, cannot; that one is named', async () => {
    const [broken, well] = [await own.newEvent({ stalls: 1 }), await own.newEvent({ stalls: 1 })]
    const bad = await own.reserve(broken, { stalls: 1 })
    own.clock.advance(1)
    await own.reserve(well, { stalls: 1 })
    const setHeld = (held: number) =>
      own.sql('update ticket_counts set held = $2, available = total - $2 where id = $1', broken.types.stalls, held)
    await setHeld(0)
    own.clock.advance(10 * minute)
    expect(await own.work.isQuiet(own.clock.now())).toBe(false)
    await own.app.lapseHolds()
    expect(await own.counts(well)).toEqual([1, 0, 0])
    expect(own.warnings).toEqual([expect.objectContaining({ purpose: 'lapse', id: bad.id })])
    await setHeld(1)
    await own.app.lapseHolds()
    expect(await own.counts(broken)).toEqual([1, 0, 0])
  })

  it('is what the clock stops at', async () => {
    const event = await own.newEvent({ stalls: 2 })
    await own.app.lapseHolds()
    await own.app.tellChanges()
    const { id, expiresAt } = await own.reserve(event, { stalls: 1 })
    expect(await own.work.nextDue()).toEqual(expiresAt)
    expect(await own.work.isQuiet(own.clock.now())).toBe(false)
    await own.app.tellChanges()
    expect(await own.work.isQuiet(own.clock.now())).toBe(true)
    await own.commit(id)
    expect(await own.work.nextDue()).toBeUndefined()
  })

  it('is done with by what runs beside the service, once it is looked for', async () => {
    const event = await own.newEvent({ stalls: 1 })
    const { id } = await own.reserve(event, { stalls: 1 })
    own.clock.advance(10 * minute)
    own.work.start()
    try {
      await expect.poll(() => own.work.isQuiet(own.clock.now()), { timeout: 20_000 }).toBe(true)
    } finally {
      await own.work.stop()
    }
    expect(await stateOf(id)).toBe('LAPSED')
  }, 40_000)
})

describe('a crash', () => {
  /** Has the connection break at the next commit: before it is made, or when it is made and nobody hears of it. */
  const crash = async (when: 'before' | 'after', run: () => Promise<unknown>): Promise<void> => {
    const { commit } = own.database
    const broken = async (...statement: Parameters<typeof commit>) => {
      if (when === 'after') await commit(...statement)
      throw Object.assign(new Error('Connection terminated'), { code: 'ECONNRESET' })
    }
    Object.assign(own.database, { commit: broken })
    await expect(run().finally(() => Object.assign(own.database, { commit }))).rejects.toEqual(
      refused('DATABASE_UNAVAILABLE'),
    )
  }

  it.each(['before', 'after'] as const)('%s any commit loses nothing and doubles nothing', async (when) => {
    const event = await own.newEvent({ stalls: 6, box: 3 })
    const [sold, given] = [uuidv7(), uuidv7()]
    const reserve = (id: string) => own.reserve(event, { stalls: 2, box: 1 }, { id })
    for (const id of [sold, given]) {
      await crash(when, () => reserve(id))
      await reserve(id)
    }
    await crash(when, () => own.commit(sold))
    await own.commit(sold)
    await crash(when, () => own.release(given))
    await own.release(given)
    expect(await own.counts(event)).toEqual([6, 0, 3])
    expect(await own.events(sold)).toEqual(['TicketsReserved', 'TicketsCommitted'])
    expect(await own.events(given)).toEqual(['TicketsReserved', 'TicketsReleased'])
    const lapsing = await reserve(uuidv7())
    own.clock.advance(10 * minute)
    const { commit } = own.database
    let commits = 0
    const once = async (...statement: Parameters<typeof commit>) => {
      commits += 1
      if (commits > 1) return commit(...statement)
      if (when === 'after') await commit(...statement)
      throw Object.assign(new Error('Connection terminated'), { code: 'ECONNRESET' })
    }
    Object.assign(own.database, { commit: once })
    await own.app.lapseHolds()
    Object.assign(own.database, { commit })
    await own.app.lapseHolds()
    expect(await own.counts(event)).toEqual([6, 0, 3])
    expect(await own.events(lapsing.id)).toEqual(['TicketsReserved', 'TicketsReleased'])
    expect(await own.violations()).toEqual([])
  })
})

it('what holds nothing is forgotten in the end, what is sold and stays so never', async () => {
  const event = await own.newEvent({ stalls: 4 })
  const [sold, given] = [await own.reserve(event, { stalls: 1 }), await own.reserve(event, { stalls: 1 })]
  const [lapsing, tombstone] = [await own.reserve(event, { stalls: 1 }), uuidv7()]
  const returned = await own.reserve(event, { stalls: 1 })
  await own.commit(sold.id)
  await own.commit(returned.id)
  await own.release(returned.id)
  await own.release(given.id)
  await own.release(tombstone)
  own.clock.advance(10 * minute)
  await own.app.lapseHolds()
  const left = async () => {
    const ids = [sold.id, given.id, lapsing.id, tombstone, returned.id]
    return (await own.sql('select id from holds where id = any($1::uuid[]) order by id', ids)).length
  }
  await sweep(own.database, expiries, own.clock.now())
  expect(await left()).toBe(5)
  own.clock.advance(31 * 24 * hour)
  await sweep(own.database, expiries, own.clock.now())
  expect(await left()).toBe(1)
  expect(await stateOf(sold.id)).toBe('COMMITTED')
})

it('who leaves is taken off holds and events, and nothing else changes', async () => {
  const event = await own.newEvent({ stalls: 2 })
  const { id } = await own.reserve(event, { stalls: 1 })
  await own.call(async () => own.app.forgetPerson(event.organizer))
  expect(await own.sql('select user_id from holds where id = $1', id)).toEqual([{ user_id: null }])
  expect(await own.sql('select organizer_id from inventories where id = $1', event.id)).toEqual([
    { organizer_id: null },
  ])
  expect(await own.reserve(event, { stalls: 1 }, { id })).toMatchObject({ status: 'HELD' })
  await own.commit(id)
  expect(await own.counts(event)).toEqual([1, 0, 1])
})
