import { setTimeout as sleep } from 'node:timers/promises'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { EventCancelledSchema } from '#gen/troupe/catalog/v1/catalog_events_pb.ts'
import { sweep } from '#shared/infrastructure/janitor.ts'
import { uuidv7 } from '#shared/infrastructure/uuid.ts'
import { persistently, refused } from '../../shared/tests/rivals.ts'
import { queueTopic } from '../application/queue-topic.ts'
import type { Ticketed } from '../application/stand-in-line.ts'
import { expiries } from '../infrastructure/expiries.ts'
import { createQueueTickets } from '../infrastructure/queue-tickets.ts'
import { minute, openInventory, type TestEvent, type TestInventory } from './fixture.ts'

let own: TestInventory

beforeAll(async () => {
  own = await openInventory('waiting_room')
})

afterAll(async () => {
  expect(await own.violations()).toEqual([])
  await own.close()
})

const second = 1000
const terms = () => ({
  opensAt: own.clock.now(),
  closesAt: undefined as Date | undefined,
  admitPerMinute: 60,
  turnMs: 10 * minute,
})
const open = ({ id, organizer }: TestEvent, more: Partial<ReturnType<typeof terms>> = {}) =>
  own.call(() => own.app.openWaitingRoom(organizer, id, { ...terms(), ...more }))
const join = ({ id }: TestEvent, userId = uuidv7()) => own.call(() => own.app.joinQueue(userId, id))

interface Buyer {
  userId: string
  ticket: string
  position: number
}

/** So many who join one after the other. */
const line = async (event: TestEvent, count: number): Promise<Buyer[]> => {
  const buyers: Buyer[] = []
  for (let n = 0; n < count; n += 1) {
    const userId = uuidv7()
    const { queueTicket, position } = await join(event, userId)
    buyers.push({ userId, ticket: queueTicket, position })
  }
  return buyers
}

const letIn = async (afterMs = second) => {
  own.clock.advance(afterMs)
  await own.app.letIn()
}

const admittedOf = async ({ id }: TestEvent) =>
  (await own.sql('select admitted from waiting_rooms where id = $1', id))[0]?.admitted

const buy = (event: TestEvent, { userId, ticket }: Pick<Buyer, 'userId' | 'ticket'>, more: object = {}) =>
  own.reserve(event, { stalls: 1 }, { userId, ticket, ...more })

/** An event with a waiting room, and three who stand in line, the first of whom was let in. */
const withLine = async (seats = 10): Promise<[TestEvent, Buyer, Buyer, Buyer]> => {
  const event = await own.newEvent({ stalls: seats })
  await open(event)
  const [first, next, last] = await line(event, 3)
  if (!first || !next || !last) throw new Error('three were to stand in line')
  await letIn(0)
  return [event, first, next, last]
}

describe('a waiting room', () => {
  it('is set up, changed and closed by the organiser of the event alone', async () => {
    const event = await own.newEvent({ stalls: 1 })
    const stranger = { ...event, organizer: uuidv7() }
    await expect(open(stranger)).rejects.toEqual(refused('NOT_THE_ORGANIZER'))
    await expect(open(event, { closesAt: own.clock.now() })).rejects.toEqual(refused('WAITING_ROOM_NEVER_OPEN'))
    await expect(open({ ...event, id: uuidv7() })).rejects.toEqual(refused('EVENT_NOT_FOUND'))
    await open(event)
    await open(event, { admitPerMinute: 7 })
    expect(await own.app.getAvailability(event.id)).toMatchObject({ waitingRoom: { admitPerMinute: 7 } })
    const close = (by: string) => own.call(() => own.app.closeWaitingRoom(by, event.id))
    await expect(close(stranger.organizer)).rejects.toEqual(refused('NOT_THE_ORGANIZER'))
    await expect(own.reserve(event, { stalls: 1 })).rejects.toEqual(refused('QUEUE_TICKET_REQUIRED'))
    await close(event.organizer)
    await close(event.organizer)
    expect((await own.app.getAvailability(event.id)).waitingRoom).toBeUndefined()
    await expect(join(event)).rejects.toEqual(refused('NO_WAITING_ROOM'))
    await own.reserve(event, { stalls: 1 })
  })

  it('is there for a time only where its organiser says so', async () => {
    const event = await own.newEvent({ stalls: 1 })
    await open(event, { closesAt: new Date(own.clock.now().getTime() + minute) })
    const { queueTicket: ticket } = await join(event)
    await expect(own.reserve(event, { stalls: 1 }, { ticket: '' })).rejects.toEqual(refused('QUEUE_TICKET_REQUIRED'))
    own.clock.advance(minute)
    await expect(own.reserve(event, { stalls: 1 }, { ticket })).rejects.toEqual(refused('QUEUE_TICKET_INVALID'))
    await own.reserve(event, { stalls: 1 })
  })

  it('of an event that is closed takes nobody in any more', async () => {
    const [event] = await withLine()
    await own.hear(EventCancelledSchema, { eventId: event.id, organizerId: event.organizer, wasPublished: true })
    await expect(join(event)).rejects.toEqual(refused('EVENT_CLOSED'))
    await expect(open(event)).rejects.toEqual(refused('EVENT_CLOSED'))
    await letIn()
    expect(await admittedOf(event)).toBe(1)
    await expect(join({ ...event, id: uuidv7() })).rejects.toEqual(refused('EVENT_NOT_FOUND'))
    await expect(join(await own.newEvent({ a: 1 }))).rejects.toEqual(refused('NO_WAITING_ROOM'))
  })
})

describe('a line', () => {
  it('gives one place a person, in the order of arrival, before it opens as well', async () => {
    const event = await own.newEvent({ stalls: 9 })
    await open(event, { opensAt: new Date(own.clock.now().getTime() + minute) })
    const buyers = await line(event, 3)
    expect(buyers.map(({ position }) => position)).toEqual([1, 2, 3])
    expect(await join(event, buyers[1]?.userId)).toMatchObject({ position: 2, ahead: 1, waitMs: minute + second })
    await letIn(minute - 1)
    expect(await admittedOf(event)).toBe(0)
    await letIn(1)
    expect(await admittedOf(event)).toBe(1)
  })

  it('is dense whoever joins at once, and however often the same person does', async () => {
    const event = await own.newEvent({ stalls: 9 })
    await open(event)
    const people = Array.from({ length: 40 }, () => uuidv7())
    const joined = await Promise.all([...people, ...people, ...people].map((userId) => join(event, userId)))
    const positions = new Set(joined.map(({ position }) => position))
    expect([...positions].sort((a, b) => a - b)).toEqual(Array.from({ length: 40 }, (_, n) => n + 1))
    for (const [index, { position }] of joined.entries()) expect(position).toBe(joined[index % 40]?.position)
  })

  it('is let in at its pace, and no faster by several who let in at once', async () => {
    const event = await own.newEvent({ stalls: 100 })
    await open(event, { admitPerMinute: 600 })
    await line(event, 30)
    own.clock.advance(second)
    await Promise.all([own.app.letIn(), own.app.letIn(), own.app.letIn()])
    expect(await admittedOf(event)).toBe(11)
    await letIn(500)
    expect(await admittedOf(event)).toBe(16)
    await letIn(minute)
    expect(await admittedOf(event)).toBe(30)
    const waves = await own.sql('select count(*) as count from queue_waves where event_id = $1', event.id)
    expect(waves).toEqual([{ count: 3 }])
  })

  it('moves on as far as there are tickets for those who are inside, and not when all is sold', async () => {
    const event = await own.newEvent({ stalls: 2 })
    await open(event, { admitPerMinute: 6000 })
    const buyers = await line(event, 5)
    await letIn()
    expect(await admittedOf(event)).toBe(2)
    await letIn()
    expect(await admittedOf(event)).toBe(2)
    expect((await join(event, buyers[2]?.userId)).waitMs).toBeUndefined()
    const hold = await buy(event, buyers[0] as Buyer)
    await own.app.tellChanges()
    await letIn()
    expect(await admittedOf(event)).toBe(2)
    // What is given back lets in the next, as soon as it is told of.
    await own.release(hold.id)
    await own.app.tellChanges()
    expect(await admittedOf(event)).toBe(3)
    // So does a turn that nobody used.
    await letIn(10 * minute)
    expect(await admittedOf(event)).toBe(5)
    for (const { userId } of buyers.slice(3)) {
      const { queueTicket } = await join(event, userId)
      await buy(event, { userId, ticket: queueTicket })
    }
    const late = await line(event, 2)
    await letIn()
    expect(await admittedOf(event)).toBe(5)
    await expect(buy(event, late[0] as Buyer)).rejects.toEqual(refused('QUEUE_TURN_PENDING'))
  })

  it('waits for the sale to begin, whatever its room says', async () => {
    const ticketTypes = [
      {
        id: uuidv7(),
        name: 'late',
        quantity: 5,
        perOrderLimit: 2,
        price: { minorUnits: 1n, currency: 'EUR' },
        saleStartsAt: own.soon(1),
      },
    ]
    const event = await own.newEvent({}, { ticketTypes })
    await open(event)
    await line(event, 1)
    await letIn()
    expect(await admittedOf(event)).toBe(0)
    await letIn(60 * minute)
    expect(await admittedOf(event)).toBe(1)
  })

  it('is what the clock stops at, unless it waits for tickets', async () => {
    const { app, work, clock, close, ...alone } = await openInventory('waiting_clock')
    const event = await alone.newEvent({ stalls: 1 })
    const slowly = { opensAt: undefined, closesAt: undefined, admitPerMinute: 1, turnMs: 10 * minute }
    await alone.call(() => app.openWaitingRoom(event.organizer, event.id, slowly))
    await app.tellChanges()
    expect(await work.isQuiet(clock.now())).toBe(true)
    for (let n = 0; n < 3; n += 1) await alone.call(() => app.joinQueue(uuidv7(), event.id))
    expect(await work.nextDue()).toEqual(new Date(clock.now().getTime() + second))
    clock.advance(second)
    expect(await work.isQuiet(clock.now())).toBe(false)
    await app.letIn()
    expect(await work.isQuiet(clock.now())).toBe(true)
    expect(await work.nextDue()).toEqual(new Date(clock.now().getTime() + minute))
    clock.advance(minute)
    await app.letIn()
    expect(await work.isQuiet(clock.now())).toBe(true)
    expect(await work.nextDue()).toBeUndefined()
    await close()
  })
})

describe('reserving where there is a waiting room', () => {
  it('takes a ticket', async () => {
    const [event, { userId }] = await withLine()
    await expect(buy(event, { userId, ticket: '' })).rejects.toEqual(refused('QUEUE_TICKET_REQUIRED'))
  })

  it('refuses a forged ticket', async () => {
    const [event, { userId, position }] = await withLine()
    const ticket = createQueueTickets([Buffer.alloc(32, 7)]).of({ kind: 'place', eventId: event.id, userId, position })
    await expect(buy(event, { userId, ticket })).rejects.toEqual(refused('QUEUE_TICKET_INVALID'))
    await expect(buy(event, { userId, ticket: 'Q1.me-first' })).rejects.toEqual(refused('QUEUE_TICKET_INVALID'))
  })

  it('refuses the ticket of another person', async () => {
    const [event, first, next] = await withLine()
    await expect(buy(event, { userId: next.userId, ticket: first.ticket })).rejects.toEqual(
      refused('QUEUE_TICKET_INVALID'),
    )
  })

  it('refuses the ticket of another event', async () => {
    const [event, first] = await withLine()
    const [other] = await withLine()
    await join(other, first.userId)
    await expect(buy(other, first)).rejects.toEqual(refused('QUEUE_TICKET_INVALID'))
    await buy(event, first)
  })

  it('refuses a ticket whose turn has not come', async () => {
    const [event, , next] = await withLine()
    await expect(buy(event, next)).rejects.toEqual(refused('QUEUE_TURN_PENDING'))
    await letIn()
    await buy(event, next)
  })

  it('refuses a ticket whose turn is over, also after joining anew', async () => {
    const [event, first] = await withLine()
    own.clock.advance(10 * minute)
    await expect(buy(event, first)).rejects.toEqual(refused('QUEUE_TURN_OVER'))
    expect(await join(event, first.userId)).toMatchObject({ position: 4, status: 'WAITING' })
    await expect(buy(event, first)).rejects.toEqual(refused('QUEUE_TICKET_INVALID'))
  })

  it('uses a ticket once; the same reservation again is harmless', async () => {
    const [event, first] = await withLine()
    const { id } = await buy(event, first)
    expect(await buy(event, first, { id })).toMatchObject({ id, status: 'HELD' })
    await expect(buy(event, first)).rejects.toEqual(refused('QUEUE_TICKET_USED'))
    expect(await join(event, first.userId)).toMatchObject({ position: 4 })
  })

  it('uses it for one of many reservations that come at once', async () => {
    const [event, first] = await withLine()
    const all = await Promise.allSettled(Array.from({ length: 10 }, () => persistently(() => buy(event, first))))
    expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    const refusals = all.flatMap((each) => (each.status === 'rejected' ? [each.reason.reason] : []))
    expect(new Set(refusals)).toEqual(new Set(['QUEUE_TICKET_USED']))
    expect(await own.counts(event)).toEqual([9, 1, 0])
  })

  it('does not use it for what is refused', async () => {
    const [event, first] = await withLine(2)
    await expect(own.reserve(event, { stalls: 3 }, { ...first })).rejects.toEqual(refused('TICKETS_UNAVAILABLE'))
    await buy(event, first)
  })
})

describe('a turn', () => {
  it('however many join, come, buy and go, comes to nobody before who came earlier', async () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('join' as const), count: fc.integer({ min: 1, max: 6 }) }),
      fc.record({ kind: fc.constant('buy' as const), count: fc.integer({ min: 1, max: 4 }) }),
      fc.record({ kind: fc.constant('wait' as const), count: fc.integer({ min: 1, max: 300 }) }),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 15 }), async (steps) => {
        const event = await own.newEvent({ stalls: 8 })
        await open(event, { admitPerMinute: 120, turnMs: minute })
        const buyers: Buyer[] = []
        for (const { kind, count } of steps) {
          if (kind === 'join')
            buyers.push(
              ...(await Promise.all(
                Array.from({ length: count }, async () => {
                  const userId = uuidv7()
                  const { queueTicket, position } = await join(event, userId)
                  return { userId, ticket: queueTicket, position }
                }),
              )),
            )
          if (kind === 'wait') {
            own.clock.advance(count * second)
            await Promise.all([own.app.letIn(), own.app.letIn()])
          }
          if (kind === 'buy') await Promise.allSettled(buyers.slice(-count).map((buyer) => buy(event, buyer)))
        }
        const turns = await own.sql(
          `select p.position, w.at from queue_places p left join queue_waves w
             on w.event_id = p.event_id and p.position > w.after and p.position <= w.up_to
           where p.event_id = $1 order by p.position`,
          event.id,
        )
        expect(turns.map(({ position }) => position)).toEqual(buyers.map((_, index) => index + 1))
        const times = turns.map(({ at }) => (at as Date | null)?.getTime() ?? Number.POSITIVE_INFINITY)
        expect(times).toEqual(times.toSorted((one, other) => one - other))
        expect(await own.violations()).toEqual([])
      }),
      { numRuns: 12 },
    )
  }, 120_000)
})

describe('whoever watches a place', () => {
  const watching = ({ id }: TestEvent, userId: string) => {
    const ending = new AbortController()
    const seen: Ticketed[] = []
    const done = (async () => {
      for await (const place of own.app.watchQueue(userId, id, ending.signal)) if (place) seen.push(place)
    })()
    return { seen, done, end: () => ending.abort() }
  }

  it('sees it come nearer, its turn, and the end of it', async () => {
    const event = await own.newEvent({ stalls: 9 })
    await open(event)
    const [, next] = await line(event, 2)
    const { seen, done } = watching(event, next?.userId ?? '')
    await expect.poll(() => seen.length).toBe(1)
    await letIn(0)
    await expect.poll(() => seen.length, { timeout: 5000 }).toBe(2)
    await letIn()
    await expect.poll(() => seen.length, { timeout: 5000 }).toBe(3)
    expect(seen).toMatchObject([
      { status: 'WAITING', ahead: 1, waitMs: second, queueTicket: next?.ticket },
      { status: 'WAITING', ahead: 0 },
      { status: 'ADMITTED', turnUntil: new Date(own.clock.now().getTime() + 10 * minute) },
    ])
    await buy(event, next as Buyer)
    own.changes.notify(queueTopic(event.id))
    await done
    expect(seen.at(-1)).toMatchObject({ status: 'USED' })
  })

  it('is told when the event is cancelled', async () => {
    const [event, , next] = await withLine()
    const { seen, done } = watching(event, next.userId)
    await expect.poll(() => seen.length).toBe(1)
    await own.hear(EventCancelledSchema, { eventId: event.id, organizerId: event.organizer, wasPublished: true })
    await done
    await expect(watching(event, next.userId).done).rejects.toEqual(refused('EVENT_CLOSED'))
  })

  it('is told when the room closes, and that there is none', async () => {
    const [event, , next] = await withLine()
    const { seen, done } = watching(event, next.userId)
    await expect.poll(() => seen.length).toBe(1)
    await own.call(() => own.app.closeWaitingRoom(event.organizer, event.id))
    await done
    await expect(watching(event, next.userId).done).rejects.toEqual(refused('NO_WAITING_ROOM'))
    await open(event)
    await expect(watching(event, uuidv7()).done).rejects.toEqual(refused('NOT_IN_QUEUE'))
  })

  it('costs no query of their own, were there ten thousand', async () => {
    const event = await own.newEvent({ stalls: 50 })
    await open(event, { admitPerMinute: 60_000 })
    const crowd = 10_000
    await own.sql(
      `insert into queue_places (event_id, user_id, position, joined_at)
       select $1, gen_random_uuid(), n, now() from generate_series(1, ${crowd}) n`,
      event.id,
    )
    await own.sql('insert into queue_counts (event_id, joined) values ($1, $2)', event.id, crowd)
    const people = await own.sql('select user_id from queue_places where event_id = $1 order by position', event.id)
    const ending = new AbortController()
    let [told, statements] = [0, 0]
    const { look } = own.database
    const counted: typeof look = (...statement) => {
      statements += 1
      return look(...statement)
    }
    Object.assign(own.database, { look: counted })
    let all: Promise<void>[] = []
    const began = performance.now()
    try {
      all = people.map(async ({ user_id: userId }) => {
        for await (const place of own.app.watchQueue(userId as string, event.id, ending.signal)) if (place) told += 1
      })
      await expect.poll(() => told, { timeout: 30_000 }).toBe(crowd)
      expect(statements).toBeLessThan(crowd / 10)
      statements = 0
      await letIn()
      // Those who are let in, a hundred behind them, and further back one more for every 10 ms that passed.
      await expect.poll(() => told, { timeout: 30_000 }).toBeGreaterThan(crowd + 100)
      await sleep(500)
      expect(await admittedOf(event)).toBe(50)
      expect(told - crowd).toBeLessThan(200 + (performance.now() - began) / 10)
      expect(statements).toBeLessThan(100)
    } finally {
      ending.abort()
      await Promise.all(all)
      Object.assign(own.database, { look })
    }
  }, 120_000)
})

it('lines are forgotten in the end, but for those who wait', async () => {
  const [event] = await withLine()
  const left = async () =>
    (await own.sql('select position from queue_places where event_id = $1 order by 1', event.id)).map(
      (row) => row.position,
    )
  own.clock.advance(91 * 24 * 60 * minute)
  await sweep(own.database, expiries, own.clock.now())
  expect(await left()).toEqual([2, 3])
  expect(await own.sql('select 1 from queue_waves where event_id = $1', event.id)).toEqual([])
})

it('who leaves has no place any more, and keeps nobody waiting', async () => {
  const [event, first, next] = await withLine()
  for (const { userId } of [first, next]) await own.call(() => own.app.forgetPerson(userId))
  await letIn(3 * second)
  expect(await admittedOf(event)).toBe(3)
  expect(await own.sql('select position from queue_places where event_id = $1', event.id)).toEqual([{ position: 3 }])
})

it('a crash before or after any commit loses no place and lets nobody in twice', async () => {
  const event = await own.newEvent({ stalls: 9 })
  await open(event)
  const { commit } = own.database
  const crash = async (when: 'before' | 'after', run: () => Promise<unknown>) => {
    const broken = async (...statement: Parameters<typeof commit>) => {
      if (when === 'after') await commit(...statement)
      throw Object.assign(new Error('Connection terminated'), { code: 'ECONNRESET' })
    }
    Object.assign(own.database, { commit: broken })
    await run().catch(() => {})
    Object.assign(own.database, { commit })
  }
  for (const when of ['before', 'after'] as const) {
    const userId = uuidv7()
    await crash(when, () => join(event, userId))
    const { position, queueTicket: ticket } = await join(event, userId)
    own.clock.advance(second)
    await crash(when, () => own.app.letIn())
    await own.app.letIn()
    expect(await admittedOf(event)).toBe(position)
    const id = uuidv7()
    await crash(when, () => buy(event, { userId, ticket }, { id }))
    expect(await buy(event, { userId, ticket }, { id })).toMatchObject({ id })
  }
  expect(await admittedOf(event)).toBe(2)
  expect(await own.counts(event)).toEqual([7, 2, 0])
})
