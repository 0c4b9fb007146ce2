import { randomBytes } from 'node:crypto'
import { getEventListeners } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { create, toBinary } from '@bufbuild/protobuf'
import { Code, ConnectError } from '@connectrpc/connect'
import { headers as natsHeaders } from '@nats-io/transport-node'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { StoryCreatedSchema, StoryUpdatedSchema } from '#gen/troupe/story/v1/story_events_pb.ts'
import { Link } from '../../../tests/chaos/link.ts'
import { eventually } from '../../../tests/mesh.ts'
import { suiteNats } from '../../../tests/suite-nats.ts'
import { type ConsumerDefinition, type EventInfo, project, react } from '../application/consumers.ts'
import { precondition } from '../domain/errors.ts'
import { callContext } from '../infrastructure/call-context.ts'
import { currentUnit } from '../infrastructure/unit-of-work.ts'
import { uuidv7 } from '../infrastructure/uuid.ts'
import { openSide, readerOf, relayOf, type Side, storeOf } from './event-fixture.ts'
import { inCall, migrations, Note } from './fixture.ts'
import { suiteDatabase } from './suite-database.ts'

let nats: Awaited<ReturnType<typeof suiteNats>>
let source: Awaited<ReturnType<typeof suiteDatabase>>
let target: Awaited<ReturnType<typeof suiteDatabase>>
let publisher: Side
let side: Side
let stops: (() => Promise<unknown>)[] = []

beforeAll(async () => {
  nats = await suiteNats()
})

afterAll(() => nats.stop())

beforeEach(async () => {
  source = await suiteDatabase('consumer_source', migrations)
  target = await suiteDatabase('consumer_target', migrations)
  publisher = await openSide(source.url, nats.url)
  side = await openSide(target.url, nats.url)
  await (await publisher.nats.manager()).streams.delete('TROUPE_STORY').catch(() => {})
})

afterEach(async () => {
  for (const stop of stops.reverse()) await stop()
  stops = []
  await side.close()
  await publisher.close()
  await source.drop()
  await target.drop()
})

type Handle = (info: EventInfo) => Promise<void> | void

const note = (handle: Handle) => async (_event: unknown, info: EventInfo) => {
  await handle(info)
  currentUnit().write({
    sql: 'insert into seen (event_id, aggregate_id, version) values ($1, $2, $3)',
    parameters: [info.id, info.aggregateId, info.aggregateVersion],
  })
}
const schemas = [StoryCreatedSchema, StoryUpdatedSchema] as const
const reaction = (handle: Handle = () => {}) => react('notes', schemas, note(handle))
const projection = (handle: Handle = () => {}) => project('notes', ['seen'], schemas, note(handle))

const started = <T extends { start(): void; stop(): Promise<void> }>(thing: T): T => {
  thing.start()
  stops.push(() => thing.stop())
  return thing
}

const read = (
  consumer: ConsumerDefinition,
  over: Parameters<typeof readerOf>[3] = { readEvents: storeOf(publisher) },
  from = side,
) => started(readerOf(from, consumer, 'a', over))

const unit = (handler: (add: (note: Note) => void, find: (id: string) => Promise<Note>) => Promise<void> | void) =>
  inCall(() =>
    publisher.units.run({
      key: uuidv7(),
      handler: async (work) =>
        handler(
          (made) => work.add(made),
          async (id) => (await work.find(Note, id)) as Note,
        ),
    }),
  )

/** A note with so many events, of one unit. */
const write = async (events = 1): Promise<string> => {
  const id = uuidv7()
  await unit((add) => {
    const made = Note.write(id, 'ann', id)
    if (events > 1) made.edit(id, events - 1)
    add(made)
  })
  return id
}

const touch = (id: string, times = 1) =>
  unit(async (_add, find) => {
    const found = await find(id)
    for (let n = 0; n < times; n += 1) found.touch()
  })

const published = () =>
  eventually(async () => (await publisher.database.sql('select 1 from outbox')).length === 0 || undefined, 20_000)

const seen = () =>
  side.database.sql<{ aggregate_id: string; version: number }>('select aggregate_id, version from seen order by at')

const versionsOf = async (id: string) =>
  (await seen()).filter((row) => row.aggregate_id === id).map(({ version }) => version)

const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1)

const allSeen = (count: number, withinMs = 15_000) =>
  eventually(async () => {
    const [row] = await side.database.sql<{ n: number }>('select count(*) as n from seen')
    return (row?.n ?? 0) >= count || undefined
  }, withinMs)

interface Letter extends Record<string, unknown> {
  event_type: string
  aggregate_id: string
  status: string
  reason: string
  attempts: number
}

const letters = () =>
  side.database.sql<Letter>('select event_type, aggregate_id, status, reason, attempts from dead_letters order by id')

const lettersBecome = (count: number) =>
  eventually(async () => {
    const rows = await letters()
    return rows.length >= count ? rows : undefined
  })

/** Puts something on the stream that no relay would. */
const forge = async (fields: Record<string, string>, payload: Uint8Array = new Uint8Array()) => {
  const headers = natsHeaders()
  for (const [name, value] of Object.entries(fields)) headers.set(name, value)
  await publisher.nats.js.publish('troupe.story.v1.StoryCreated', payload, { headers })
}

const event = (id: string, type: string = StoryCreatedSchema.typeName) => ({
  'ce-id': uuidv7(),
  'ce-type': type,
  'ce-subject': id,
  'ce-time': new Date().toISOString(),
  'ce-aggregateversion': '1',
  'ce-position': '1',
  'ce-correlationid': uuidv7(),
})

it('what cannot be understood is put aside at once with the reason, and nothing else is held up', async () => {
  started(relayOf(publisher, source.url))
  read(reaction())
  await write()
  await allSeen(1)
  await forge(event('garbled'), Buffer.from([0xff, 0xff, 0xff]))
  await forge(event('foreign', 'troupe.story.v1.StoryDreamt'))
  await forge({})
  const nonsense = {
    'ce-id': "' or 1=1",
    'ce-time': 'yesterday',
    'ce-position': 'NaN',
    'ce-aggregateversion': '-1e999',
  }
  await forge({ ...nonsense, 'ce-type': 'x', 'ce-subject': 'odd' })
  await forge({ ...event('contr\0l', 'no\0ne'), 'ce-correlationid': '\0', 'ce-actor': '\0' })
  const endless = randomBytes(3000).toString('hex')
  await forge({ ...event(`z${endless}`), 'ce-correlationid': endless }, Buffer.from([0xff]))
  const payload = toBinary(StoryCreatedSchema, create(StoryCreatedSchema))
  await forge(event('well'), payload)
  await write()
  await allSeen(3)
  const found = await lettersBecome(6)
  const dead = { status: 'DEAD', attempts: 1 }
  expect(found.toSorted((a, b) => (a.aggregate_id < b.aggregate_id ? -1 : 1))).toEqual([
    { ...dead, aggregate_id: '', event_type: '', reason: expect.stringMatching(/^UNKNOWN_EVENT: /) },
    { ...dead, aggregate_id: 'contrl', event_type: 'none', reason: expect.stringMatching(/^UNKNOWN_EVENT: /) },
    {
      ...dead,
      aggregate_id: 'foreign',
      event_type: 'troupe.story.v1.StoryDreamt',
      reason: expect.stringMatching(/^UNKNOWN_EVENT: .*StoryDreamt/),
    },
    {
      ...dead,
      aggregate_id: 'garbled',
      event_type: StoryCreatedSchema.typeName,
      reason: expect.stringMatching(/^UNDECODABLE_EVENT: /),
    },
    { ...dead, aggregate_id: 'odd', event_type: 'x', reason: expect.stringMatching(/^UNKNOWN_EVENT: /) },
    {
      ...dead,
      aggregate_id: `z${endless}`.slice(0, 300),
      event_type: StoryCreatedSchema.typeName,
      reason: expect.stringMatching(/^UNDECODABLE_EVENT: /),
    },
  ])
  expect(await versionsOf('well')).toEqual([1])
})

it('what was lost on its way comes before what follows it', async () => {
  started(relayOf(publisher, source.url))
  const { hostname: host, port } = new URL(nats.url)
  const link = await Link.open({ host, port: Number(port) })
  const linked = await openSide(target.url, `nats://127.0.0.1:${link.port}`)
  stops.push(async () => {
    await linked.close()
    await link.close()
  })
  read(reaction(), undefined, linked)
  const id = await write()
  await allSeen(1)
  link.set({ kind: 'silent' })
  await touch(id)
  await published()
  const back = new Promise<void>((resolve) => linked.nats.onReconnect(resolve))
  link.set({ kind: 'open' })
  link.resetAll()
  await back
  await touch(id, 3)
  await allSeen(5)
  expect(await versionsOf(id)).toEqual(upTo(5))
})

describe('a handler', () => {
  it('whose callee is away is tried until it is back; nothing is put aside, nor left on the signal of its reader', async () => {
    started(relayOf(publisher, source.url))
    const codes = [Code.Unavailable, Code.DeadlineExceeded, Code.ResourceExhausted, Code.Aborted]
    const listeners: number[] = []
    read(
      reaction(() => {
        listeners.push(getEventListeners(callContext().signal, 'abort').length)
        const code = codes[listeners.length - 1]
        if (code) throw new ConnectError('away', code)
      }),
    )
    await write()
    await allSeen(1)
    expect(listeners).toHaveLength(5)
    // The pause between two renewals of the lease and the subscription listen as well, and not all the time.
    expect(Math.max(...listeners) - Math.min(...listeners)).toBeLessThan(codes.length - 1)
    expect(await letters()).toEqual([])
  })

  it('that a service refuses for good is not tried for ever', async () => {
    started(relayOf(publisher, source.url))
    read(
      reaction(() => {
        throw new ConnectError('there is none', Code.NotFound)
      }),
    )
    await write()
    const [letter] = await lettersBecome(1)
    expect(letter).toMatchObject({ status: 'DEAD', attempts: 5, reason: expect.stringContaining('there is none') })
  })

  it('that hangs while its reader loses the lease neither writes nor puts aside, nor keeps the reader from stopping', async () => {
    started(relayOf(publisher, source.url))
    const frozen = Promise.withResolvers<void>()
    const entered = Promise.withResolvers<void>()
    const hung = read(
      reaction(async () => {
        entered.resolve()
        await frozen.promise
        throw precondition('TOO_LATE', 'the others were faster')
      }),
    )
    const id = await write(2)
    await entered.promise
    const other = await openSide(target.url, nats.url)
    stops.push(() => other.close())
    const taken = Promise.withResolvers<void>()
    const goOn = Promise.withResolvers<void>()
    read(
      reaction(async () => {
        taken.resolve()
        await goOn.promise
      }),
      undefined,
      other,
    )
    const [lease] = await side.database.sql<{ epoch: number }>('select epoch from consumer_leases')
    // Again and again: the one that hangs may renew it first.
    const expired = `update consumer_leases set expires_at = '-infinity' where epoch = $1`
    const expiring = setInterval(() => side.database.sql(expired, lease?.epoch), 20)
    await taken.promise
    clearInterval(expiring)
    const stopping = performance.now()
    await hung.stop()
    expect(performance.now() - stopping).toBeLessThan(8000)
    // Both are at the same event now.
    frozen.resolve()
    await sleep(200)
    goOn.resolve()
    await allSeen(2)
    expect(await letters()).toEqual([])
    await touch(id)
    await allSeen(3)
    expect(await versionsOf(id)).toEqual([1, 2, 3])
  })

  it('that is slower than JetStream waits handles its event once, and others go on', async () => {
    started(relayOf(publisher, source.url))
    let runs = 0
    const slow = uuidv7()
    read(
      reaction(async ({ aggregateId }) => {
        if (aggregateId !== slow) return
        runs += 1
        await sleep(2300)
      }),
      { readEvents: storeOf(publisher), ackWaitMs: 1000 },
    )
    await unit((add) => add(Note.write(slow, 'ann', slow)))
    for (let n = 0; n < 5; n += 1) await write()
    await allSeen(5, 2000)
    await allSeen(6)
    await sleep(1100)
    expect(runs).toBe(1)
    const manager = await publisher.nats.manager()
    const [consumer] = await manager.consumers.list('TROUPE_STORY').next()
    expect(consumer).toMatchObject({ num_ack_pending: 0, num_pending: 0 })
    expect(await letters()).toEqual([])
  })
})

/** A random sequence that is the same in every run. */
const seeded = (seed: number) => () => {
  seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0
  return seed / 2 ** 32
}

it('five thousand events of fifty aggregates, with handlers failing at random, end once each and in order', async () => {
  const random = seeded(20260101)
  const attempts = new Map<string, number>()
  const ids = await Promise.all(Array.from({ length: 50 }, () => write(100)))
  started(relayOf(publisher, source.url))
  read(
    reaction(async ({ id }) => {
      const tries = (attempts.get(id) ?? 0) + 1
      attempts.set(id, tries)
      const luck = random()
      if (luck < 0.1) await sleep(luck * 20)
      if (tries < 4 && luck < 0.01) throw new Error('a bad moment')
      if (luck > 0.99) throw new ConnectError('away', Code.Unavailable)
    }),
  )
  await allSeen(5000, 30_000)
  const rows = await seen()
  expect(rows).toHaveLength(5000)
  const byAggregate = Map.groupBy(rows, (row) => row.aggregate_id)
  for (const id of ids) expect(byAggregate.get(id)?.map(({ version }) => version)).toEqual(upTo(100))
  expect(await letters()).toEqual([])
  expect([...attempts.values()].some((tries) => tries > 1)).toBe(true)
})

describe('a reader catches up from the store of the source', () => {
  const purge = async () => (await publisher.nats.manager()).streams.purge('TROUPE_STORY')

  it('when what it has not read yet is gone from the front of the stream', async () => {
    started(relayOf(publisher, source.url))
    const first = read(reaction())
    const id = await write(3)
    await allSeen(3)
    await first.stop()
    await touch(id, 4)
    await published()
    await purge()
    await touch(id)
    read(reaction())
    await allSeen(8)
    expect(await versionsOf(id)).toEqual(upTo(8))
  })

  it('when it was away for so long that events may have expired in the middle of the stream', async () => {
    started(relayOf(publisher, source.url))
    const first = read(reaction())
    const id = await write(3)
    await allSeen(3)
    await first.stop()
    await touch(id, 4)
    await published()
    const manager = await publisher.nats.manager()
    for (let sequence = 4; sequence <= 7; sequence += 1) await manager.streams.deleteMessage('TROUPE_STORY', sequence)
    await touch(id)
    await side.database.sql(`update consumer_leases set expires_at = expires_at - interval '8 days'`)
    read(reaction())
    await allSeen(8)
    expect(await versionsOf(id)).toEqual(upTo(8))
  })

  it('when the stream was lost, and what it has not read is too old to be published again', async () => {
    const relay = started(relayOf(publisher, source.url))
    const first = read(reaction())
    const id = await write(3)
    await allSeen(3)
    await first.stop()
    await touch(id, 4)
    await published()
    await relay.stop()
    await publisher.database.sql(`update event_store set occurred_at = occurred_at - interval '40 days'`)
    await (await publisher.nats.manager()).streams.delete('TROUPE_STORY')
    started(relayOf(publisher, source.url))
    await touch(id)
    read(reaction())
    await allSeen(8)
    expect(await versionsOf(id)).toEqual(upTo(8))
  })

  it('not past an event that was never done, however far it had read', async () => {
    started(relayOf(publisher, source.url))
    let away = true
    const stuck = await write()
    const first = read(
      reaction(({ aggregateId }) => {
        if (away && aggregateId === stuck) throw new ConnectError('away', Code.Unavailable)
      }),
    )
    await sleep(500)
    for (let n = 0; n < 3; n += 1) await write(700)
    await allSeen(2100, 20_000)
    await sleep(1200)
    await first.stop()
    await purge()
    away = false
    read(reaction())
    await allSeen(2101)
    expect(await versionsOf(stuck)).toEqual([1])
  })

  it('from the beginning when it is a new projection, though it fails half-way at first', async () => {
    const ids = await Promise.all(Array.from({ length: 6 }, () => write(150)))
    started(relayOf(publisher, source.url))
    await published()
    await purge()
    const store = storeOf(publisher)
    let pages = 0
    read(projection(), {
      readEvents: async (...page) => {
        pages += 1
        if (pages === 2 || pages === 3) throw new ConnectError('away', Code.Unavailable)
        return store(...page)
      },
    })
    await allSeen(900, 20_000)
    await touch(ids[0] as string)
    await allSeen(901)
    for (const id of ids.slice(1)) expect(await versionsOf(id)).toEqual(upTo(150))
    expect(await versionsOf(ids[0] as string)).toEqual(upTo(151))
  })

  it('and goes on where it was stopped in the middle of it', async () => {
    await Promise.all(Array.from({ length: 6 }, () => write(150)))
    started(relayOf(publisher, source.url))
    await published()
    await purge()
    const first = read(projection(() => sleep(20)))
    await allSeen(50)
    await first.stop()
    const [row] = await side.database.sql<{ n: number }>('select count(*) as n from seen')
    expect(row?.n).toBeLessThan(900)
    read(projection())
    await allSeen(900, 20_000)
    expect(await seen()).toHaveLength(900)
  })
})

it('a letter marked for another try behind one that fails again waits, instead of being tried for ever', async () => {
  started(relayOf(publisher, source.url))
  let tries = 0
  const sick = uuidv7()
  read(
    reaction(({ aggregateId }) => {
      if (aggregateId !== sick) return
      tries += 1
      throw precondition('BROKEN', 'cannot take this')
    }),
  )
  await unit((add) => add(Note.write(sick, 'ann', sick)))
  await touch(sick, 2)
  await lettersBecome(3)
  await side.database.sql(`update dead_letters set status = 'REDRIVING' where status = 'PARKED'`)
  await eventually(() => tries >= 2 || undefined)
  await sleep(1500)
  expect(tries).toBe(2)
  expect((await letters()).map(({ status }) => status)).toEqual(['DEAD', 'PARKED', 'PARKED'])
})
