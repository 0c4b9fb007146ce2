import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { EventCancelledSchema } from '#gen/troupe/catalog/v1/catalog_events_pb.ts'
import { DomainError } from '#shared/domain/errors.ts'
import { sweep } from '#shared/infrastructure/janitor.ts'
import { uuidv7 } from '#shared/infrastructure/uuid.ts'
import { persistently, refused } from '../../shared/tests/rivals.ts'
import type { Hold } from '../domain/hold.ts'
import type { WaitingListEntry } from '../domain/waiting-list-entry.ts'
import { expiries } from '../infrastructure/expiries.ts'
import { createQueueTickets } from '../infrastructure/queue-tickets.ts'
import { minute, openInventory, type TestEvent, type TestInventory } from './fixture.ts'

let own: TestInventory

beforeAll(async () => {
  own = await openInventory('waiting_list')
})

afterAll(async () => {
  expect(await own.violations()).toEqual([])
  await own.close()
})

interface Wish {
  party?: number
  fewer?: boolean
  types?: string[]
  userId?: string
}

const wait = (event: TestEvent, { party = 1, fewer = false, types = ['stalls'], userId = uuidv7() }: Wish = {}) =>
  own.call(() =>
    own.app.joinWaitingList({
      eventId: event.id,
      userId,
      ticketTypeIds: types.map((type) => event.types[type] ?? type),
      partySize: party,
      acceptsFewer: fewer,
    }),
  )
const claim = ({ id, userId }: Pick<WaitingListEntry, 'id' | 'userId'>) =>
  own.call(() => own.app.claimOffer(userId, id))
const leave = ({ id, userId }: Pick<WaitingListEntry, 'id' | 'userId'>) =>
  own.call(() => own.app.leaveWaitingList(userId, id))
const entriesOf = async (userId: string) =>
  (await own.kernel.read(() => own.app.listWaitingListEntries(userId, 20, ''))).items
const stateOf = async ({ userId }: Pick<WaitingListEntry, 'userId'>) => {
  const [entry] = await entriesOf(userId)
  return [entry?.status, entry?.offeredQuantity]
}

/** An event that is sold out, and its holds. */
const soldOut = async (seats: number, each = 1) => {
  const event = await own.newEvent({ stalls: seats })
  const holds: Hold[] = []
  for (let n = 0; n < seats; n += each) holds.push(await own.reserve(event, { stalls: each }, { forMs: 90 * minute }))
  return { event, free: async (count = 1) => void (await giveBack(holds.splice(0, count).map(({ id }) => id))) }
}

const giveBack = async (ids: string[]) => {
  for (const id of ids) await own.release(id)
}

const follow = () => own.app.tellChanges()

describe('a waiting list', () => {
  it('takes in who cannot have what they want at once, once', async () => {
    const { event } = await soldOut(3)
    const entry = await wait(event, { party: 2 })
    expect(await wait(event, { party: 2, userId: entry.userId })).toMatchObject({ id: entry.id, status: 'WAITING' })
    await expect(wait(event, { party: 3, userId: entry.userId })).rejects.toEqual(refused('ALREADY_WAITING'))
    const userId = uuidv7()
    const all = await Promise.all(Array.from({ length: 9 }, () => persistently(() => wait(event, { userId }))))
    expect(new Set(all.map(({ id }) => id)).size).toBe(1)
  })

  it('refuses what can be had at once, or never', async () => {
    const event = await own.newEvent({ stalls: 3 })
    await expect(wait(event, { party: 3 })).rejects.toEqual(refused('TICKETS_AVAILABLE'))
    await wait(event, { party: 4 })
    await expect(wait(event, { party: 11 })).rejects.toEqual(refused('ORDER_LIMIT_EXCEEDED'))
    await expect(wait(event, { types: [uuidv7()] })).rejects.toEqual(refused('TICKET_TYPE_NOT_FOUND'))
    await expect(wait(event, { types: ['stalls', 'stalls'] })).rejects.toEqual(refused('ITEM_REPEATED'))
    await expect(wait({ ...event, id: uuidv7() })).rejects.toEqual(refused('EVENT_NOT_FOUND'))
    own.clock.advance(48 * 60 * minute)
    await expect(wait(event, { party: 4 })).rejects.toEqual(refused('SALE_ENDED'))
    await own.hear(EventCancelledSchema, { eventId: event.id, organizerId: event.organizer, wasPublished: true })
    await expect(wait(event, { party: 4 })).rejects.toEqual(refused('EVENT_CLOSED'))
  })

  it('is offered what becomes free, in the order of joining, and tells of it', async () => {
    const { event, free } = await soldOut(3)
    const [first, next] = [await wait(event), await wait(event)]
    await free()
    await follow()
    expect([await stateOf(first), await stateOf(next)]).toEqual([
      ['OFFERED', 1],
      ['WAITING', undefined],
    ])
    expect(await own.counts(event)).toEqual([0, 3, 0])
    expect(await own.events(first.id)).toEqual(['WaitingListOffered'])
    const [told] = await own.sql('select event_data as data from event_store where stream_id = $1', first.id)
    expect(told?.data).toMatchObject({ userId: first.userId, ticketTypeName: 'stalls', quantity: 1, partySize: 1 })
  })

  it('is served before anybody else, whoever asks first', async () => {
    const { event, free } = await soldOut(4)
    const [pair, single] = [await wait(event, { party: 2 }), await wait(event)]
    await free(3)
    await expect(own.reserve(event, { stalls: 1 })).rejects.toEqual(refused('TICKETS_UNAVAILABLE'))
    expect([await stateOf(pair), await stateOf(single)]).toEqual([
      ['OFFERED', 2],
      ['OFFERED', 1],
    ])
    await free()
    await own.reserve(event, { stalls: 1 })
    expect(await own.counts(event)).toEqual([0, 4, 0])
  })

  it('keeps nobody from what nobody on it can be offered', async () => {
    const { event, free } = await soldOut(4)
    await wait(event, { party: 3 })
    await free(2)
    await own.reserve(event, { stalls: 2 })
    expect(await own.counts(event)).toEqual([0, 4, 0])
  })

  it('serves whole parties before parts, and parts to whom fewer will do', async () => {
    const { event, free } = await soldOut(9)
    const [many, some, pair] = [
      await wait(event, { party: 5 }),
      await wait(event, { party: 4, fewer: true }),
      await wait(event, { party: 2 }),
    ]
    await free(2)
    await follow()
    expect(await stateOf(pair)).toEqual(['OFFERED', 2])
    expect(await stateOf(some)).toEqual(['WAITING', undefined])
    await free(3)
    await follow()
    expect(await stateOf(many)).toEqual(['WAITING', undefined])
    expect(await stateOf(some)).toEqual(['OFFERED', 3])
    expect(await own.counts(event)).toEqual([0, 9, 0])
  })

  it('offers any type that will do, once', async () => {
    const event = await own.newEvent({ stalls: 1, box: 1 })
    const holds = [await own.reserve(event, { stalls: 1 }), await own.reserve(event, { box: 1 })]
    const entry = await wait(event, { types: ['stalls', 'box'] })
    for (const { id } of holds) await own.release(id)
    await Promise.all([follow(), follow()])
    expect(await stateOf(entry)).toEqual(['OFFERED', 1])
    expect(await own.counts(event)).toEqual([1, 1, 0])
    const { queueTicket: ticket } = await claim(entry)
    const [taken] = (await own.app.getAvailability(event.id)).types.filter(({ counts }) => counts.held === 1)
    await own.reserve(event, { [taken?.name ?? '']: 1 }, { userId: entry.userId, ticket })
  })

  it('is served by new tickets as well', async () => {
    const { event } = await soldOut(2)
    const entry = await wait(event, { party: 2 })
    const change = { total: 4 }
    await own.call(() => own.app.updateTicketType(event.organizer, event.id, event.types.stalls ?? '', change))
    await follow()
    expect(await stateOf(entry)).toEqual(['OFFERED', 2])
  })

  it('offers what is there already to whom fewer will do', async () => {
    const event = await own.newEvent({ stalls: 2 })
    const entry = await wait(event, { party: 3, fewer: true })
    await follow()
    expect(await stateOf(entry)).toEqual(['OFFERED', 2])
  })
})

describe('an offer', () => {
  const offered = async (party = 1, seats = 3) => {
    const { event, free } = await soldOut(seats)
    const entry = await wait(event, { party })
    await free(party)
    await follow()
    return { event, entry }
  }

  it('is claimed by whom it was made to, and becomes their reservation', async () => {
    const { event, entry } = await offered(2)
    await expect(claim({ ...entry, userId: uuidv7() })).rejects.toEqual(refused('WAITING_LIST_ENTRY_NOT_FOUND'))
    const { queueTicket: ticket } = await claim(entry)
    expect((await claim(entry)).queueTicket).toBe(ticket)
    const { userId } = entry
    for (const other of [{ userId: uuidv7() }, { ticket: `${ticket}x` }])
      await expect(own.reserve(event, { stalls: 2 }, { userId, ticket, ...other })).rejects.toEqual(
        refused('QUEUE_TICKET_INVALID'),
      )
    await expect(own.reserve(event, { stalls: 3 }, { userId, ticket })).rejects.toEqual(refused('OFFER_MISMATCH'))
    const { id, items } = await own.reserve(event, { stalls: 2 }, { userId, ticket })
    expect(items).toMatchObject([{ quantity: 2, unitPrice: 1000 }])
    expect(await own.reserve(event, { stalls: 2 }, { id, userId, ticket })).toMatchObject({ status: 'HELD' })
    await expect(own.reserve(event, { stalls: 2 }, { userId, ticket })).rejects.toEqual(refused('QUEUE_TICKET_USED'))
    await expect(claim(entry)).rejects.toEqual(refused('QUEUE_TICKET_USED'))
    expect(await own.counts(event)).toEqual([0, 3, 0])
    await own.commit(id)
    expect(await own.counts(event)).toEqual([0, 1, 2])
    expect(await stateOf(entry)).toEqual(['RESERVED', 2])
  })

  it('is used for one of many reservations that come at once', async () => {
    const { event, entry } = await offered()
    const { queueTicket: ticket } = await claim(entry)
    const { userId } = entry
    const all = await Promise.allSettled(
      Array.from({ length: 10 }, () => persistently(() => own.reserve(event, { stalls: 1 }, { userId, ticket }))),
    )
    expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    expect(await own.counts(event)).toEqual([0, 3, 0])
  })

  it('cannot be taken by a forged ticket, nor one of an entry that is another’s', async () => {
    const { event, entry } = await offered()
    const { userId } = entry
    const [eventId, entryId] = [event.id, entry.id]
    const forged = createQueueTickets([Buffer.alloc(32, 9)]).of({ kind: 'offer', eventId, userId, entryId })
    await expect(own.reserve(event, { stalls: 1 }, { userId, ticket: forged })).rejects.toEqual(
      refused('QUEUE_TICKET_INVALID'),
    )
  })

  it('passes a waiting room, since whoever has one has waited', async () => {
    const { event, entry } = await offered()
    const terms = { opensAt: undefined, closesAt: undefined, admitPerMinute: 1, turnMs: minute }
    await own.call(() => own.app.openWaitingRoom(event.organizer, event.id, terms))
    const { queueTicket: ticket } = await claim(entry)
    await own.reserve(event, { stalls: 1 }, { userId: entry.userId, ticket })
  })

  it('of which not all is wanted leaves the rest to the next', async () => {
    const { event, entry } = await offered(2)
    const next = await wait(event)
    const { queueTicket: ticket } = await claim(entry)
    await own.reserve(event, { stalls: 1 }, { userId: entry.userId, ticket })
    await follow()
    expect(await stateOf(next)).toEqual(['OFFERED', 1])
    expect(await own.counts(event)).toEqual([0, 3, 0])
  })

  it('that is not claimed in time goes to the next, as does one that is claimed and not used', async () => {
    const { event, entry } = await offered()
    const [next, last] = [await wait(event), await wait(event)]
    const due = (await own.work.nextDue())?.getTime() ?? Number.POSITIVE_INFINITY
    expect(due).toBeLessThanOrEqual(own.clock.now().getTime() + 30 * minute)
    own.clock.advance(30 * minute)
    expect(await own.work.isQuiet(own.clock.now())).toBe(false)
    await expect(claim(entry)).rejects.toEqual(refused('OFFER_OVER'))
    await own.app.lapseHolds()
    await follow()
    expect([await stateOf(entry), await stateOf(next)]).toEqual([
      ['LAPSED', 1],
      ['OFFERED', 1],
    ])
    own.clock.advance(29 * minute)
    const { queueTicket: ticket } = await claim(next)
    own.clock.advance(9 * minute)
    await own.app.lapseHolds()
    expect(await stateOf(next)).toEqual(['CLAIMED', 1])
    own.clock.advance(minute)
    await expect(own.reserve(event, { stalls: 1 }, { userId: next.userId, ticket })).rejects.toEqual(
      refused('OFFER_OVER'),
    )
    await own.app.lapseHolds()
    await follow()
    expect(await stateOf(last)).toEqual(['OFFERED', 1])
  })

  it('that has lapsed is offered to the next before anybody else can have it', async () => {
    const { event } = await offered()
    const next = await wait(event)
    own.clock.advance(30 * minute)
    await expect(own.reserve(event, { stalls: 1 })).rejects.toEqual(refused('TICKETS_UNAVAILABLE'))
    expect(await stateOf(next)).toEqual(['OFFERED', 1])
  })

  it('that is left goes to the next, and leaving again changes nothing', async () => {
    const { event, entry } = await offered()
    const next = await wait(event)
    await expect(leave({ ...entry, userId: uuidv7() })).rejects.toEqual(refused('WAITING_LIST_ENTRY_NOT_FOUND'))
    expect(await leave(entry)).toMatchObject({ status: 'LEFT' })
    await leave(entry)
    await follow()
    expect(await stateOf(next)).toEqual(['OFFERED', 1])
    await leave(next)
    expect(await own.counts(event)).toEqual([1, 2, 0])
    await expect(claim(next)).rejects.toEqual(refused('NOT_OFFERED'))
  })

  it('is not made of what is not on sale any more, and nobody waits for it', async () => {
    const { event, free } = await soldOut(2)
    const entry = await wait(event)
    await own.hear(EventCancelledSchema, { eventId: event.id, organizerId: event.organizer, wasPublished: true })
    await free()
    await follow()
    expect(await stateOf(entry)).toEqual(['LAPSED', undefined])
    expect(await own.counts(event)).toEqual([1, 1, 0])
  })
})

describe('whatever happens in whatever order', () => {
  it('no more is offered than was freed, to whole parties first, in order, and all is counted', async () => {
    const wish = fc.record({
      kind: fc.constant('wait' as const),
      party: fc.integer({ min: 1, max: 4 }),
      fewer: fc.boolean(),
    })
    const act = fc.record({
      kind: fc.constantFrom('free', 'leave', 'claim', 'reserve', 'lapse', 'buy', 'race'),
      which: fc.nat({ max: 9 }),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(wish, act), { minLength: 8, maxLength: 25 }), async (acts) => {
        const { event, free } = await soldOut(6)
        const entries: WaitingListEntry[] = []
        const entriesNow = async () => {
          const rows = await own.sql(
            `select l.id, l.party_size, l.accepts_fewer, l.status, l.offered_quantity from waiting_list l
             where l.event_id = $1 order by l.joined_at, l.id`,
            event.id,
          )
          return new Map(rows.map((row) => [row.id as string, row]))
        }
        for (const each of acts) {
          if (each.kind === 'wait') {
            const joined = await wait(event, each).catch((error: unknown) => {
              if (!(error instanceof DomainError) || error.reason !== 'TICKETS_AVAILABLE') throw error
            })
            if (joined) entries.push(joined)
            continue
          }
          const entry = entries[(each as { which: number }).which % Math.max(1, entries.length)]
          const known = await entriesNow()
          const run = async () => {
            switch (each.kind) {
              case 'free':
                return free(2)
              case 'leave':
                return entry && leave(entry)
              case 'claim':
                return entry && claim(entry)
              case 'reserve': {
                const { queueTicket: ticket, entry: claimed } = entry ? await claim(entry) : { queueTicket: '', entry }
                return own.reserve(
                  event,
                  { stalls: claimed?.offeredQuantity ?? 1 },
                  { userId: entry?.userId ?? uuidv7(), ticket },
                )
              }
              case 'lapse':
                own.clock.advance(11 * minute)
                return own.app.lapseHolds()
              case 'buy':
                return own.reserve(event, { stalls: 1 })
              case 'race':
                return Promise.allSettled([free(1), own.reserve(event, { stalls: 1 }), follow(), own.app.lapseHolds()])
            }
          }
          await run().catch((error: unknown) => {
            if (!(error instanceof DomainError)) throw error
          })
          await Promise.all([follow(), follow()])
          const after = await entriesNow()
          // Who waited longer and was passed over had a larger party than what the later one was offered.
          const ids = entries.map(({ id }) => id)
          for (const [index, id] of ids.entries()) {
            const [was, is] = [known.get(id)?.status, after.get(id)]
            if (was !== 'WAITING' || is?.status === 'WAITING' || !is?.offered_quantity) continue
            const passed = ids.slice(0, index).filter((other) => after.get(other)?.status === 'WAITING')
            for (const other of passed)
              expect(Number(after.get(other)?.party_size)).toBeGreaterThan(Number(is.offered_quantity))
            const isPart = Number(is.offered_quantity) < Number(is.party_size)
            if (isPart) expect(passed.filter((other) => after.get(other)?.accepts_fewer)).toEqual([])
          }
          // Nothing is left over that somebody waits for.
          const [available] = await own.counts(event)
          const waiting = [...after.values()].filter(({ status }) => status === 'WAITING')
          for (const { party_size: party, accepts_fewer: fewer } of waiting)
            expect(fewer ? 1 : Number(party)).toBeGreaterThan(available)
          expect(await own.violations()).toEqual([])
        }
        expect(own.warnings).toEqual([])
      }),
      { numRuns: 15 },
    )
  }, 240_000)

  it('a hundred who want what fifty others wait for get none of it', async () => {
    const { event, free } = await soldOut(20)
    const entries: WaitingListEntry[] = []
    for (let n = 0; n < 30; n += 1) entries.push(await wait(event))
    const strangers = Array.from({ length: 60 }, () =>
      persistently(() => own.reserve(event, { stalls: 1 })).then(
        () => 'in',
        (error: DomainError) => error.reason,
      ),
    )
    const [outcomes] = await Promise.all([Promise.all(strangers), free(20), follow()])
    expect(new Set(outcomes)).toEqual(new Set(['TICKETS_UNAVAILABLE']))
    await follow()
    const states = await Promise.all(entries.map(async (entry) => (await stateOf(entry))[0]))
    expect(states).toEqual([...Array(20).fill('OFFERED'), ...Array(10).fill('WAITING')])
  }, 120_000)
})

it('one’s own entries are listed page by page, newest first', async () => {
  const userId = uuidv7()
  const ids: string[] = []
  for (let n = 0; n < 5; n += 1) {
    const { event } = await soldOut(1)
    ids.unshift((await wait(event, { userId })).id)
    own.clock.advance(1)
  }
  const seen: string[] = []
  let token = ''
  do {
    const page = await own.kernel.read(() => own.app.listWaitingListEntries(userId, 2, token))
    seen.push(...page.items.map(({ id }) => id))
    token = page.nextPageToken
  } while (token)
  expect(seen).toEqual(ids)
  await expect(own.app.listWaitingListEntries(userId, 2, 'x')).rejects.toEqual(refused('INVALID_PAGE_TOKEN'))
})

it('who leaves the mesh waits for nothing, and what was held for them goes to the next', async () => {
  const { event, free } = await soldOut(2)
  const [gone, next] = [await wait(event), await wait(event)]
  const { event: other } = await soldOut(1)
  await wait(other, { userId: gone.userId })
  await free()
  await follow()
  await own.call(() => own.app.forgetPerson(gone.userId))
  await follow()
  expect(await own.sql('select 1 from waiting_list where user_id = $1', gone.userId)).toEqual([])
  expect(await stateOf(next)).toEqual(['OFFERED', 1])
  expect(await own.counts(event)).toEqual([0, 2, 0])
})

it('entries that have ended are forgotten in the end, those that wait are not', async () => {
  const { event } = await soldOut(1)
  const [ended, waiting] = [await wait(event), await wait(event)]
  await leave(ended)
  await own.sql(`update inventories set starts_at = starts_at + interval '200 days' where id = $1`, event.id)
  own.clock.advance(91 * 24 * 60 * minute)
  await sweep(own.database, expiries, own.clock.now())
  expect(await entriesOf(ended.userId)).toEqual([])
  expect(await entriesOf(waiting.userId)).toHaveLength(1)
})

it('a crash before or after any commit loses nothing that is held', async () => {
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
    const { event, free } = await soldOut(2)
    const userId = uuidv7()
    await crash(when, () => wait(event, { userId }))
    const entry = await wait(event, { userId })
    await free()
    await crash(when, follow)
    await follow()
    expect(await stateOf(entry)).toEqual(['OFFERED', 1])
    await crash(when, () => claim(entry))
    const { queueTicket: ticket } = await claim(entry)
    const id = uuidv7()
    await crash(when, () => own.reserve(event, { stalls: 1 }, { id, userId, ticket }))
    await own.reserve(event, { stalls: 1 }, { id, userId, ticket })
    expect(await own.counts(event)).toEqual([0, 2, 0])
    expect(await own.violations()).toEqual([])
  }
  own.warnings.length = 0
})
