import { setTimeout as sleep } from 'node:timers/promises'
import { Client } from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { StoryCreatedSchema } from '#gen/troupe/story/v1/story_events_pb.ts'
import { eventually } from '../../../tests/mesh.ts'
import { suiteNats } from '../../../tests/suite-nats.ts'
import { openDatabase } from '../infrastructure/database.ts'
import { waitingEvents } from '../infrastructure/outbox.ts'
import { publishedEvents } from '../infrastructure/published-events.ts'
import { uuidv7 } from '../infrastructure/uuid.ts'
import { openSide, relayOf, type Side } from './event-fixture.ts'
import { inCall, migrations, Note, testLog } from './fixture.ts'
import { suiteDatabase } from './suite-database.ts'

const stream = 'TROUPE_STORY'

let nats: Awaited<ReturnType<typeof suiteNats>>
let suite: Awaited<ReturnType<typeof suiteDatabase>>
let one: Side
let other: Side
let stops: (() => Promise<unknown>)[] = []

beforeAll(async () => {
  nats = await suiteNats()
})

afterAll(() => nats.stop())

beforeEach(async () => {
  suite = await suiteDatabase('relay', migrations)
  one = await openSide(suite.url, nats.url)
  other = await openSide(suite.url, nats.url)
  await (await one.nats.manager()).streams.delete(stream).catch(() => {})
})

afterEach(async () => {
  for (const stop of stops.reverse()) await stop()
  stops = []
  await one.close()
  await other.close()
  await suite.drop()
})

const relay = (side: Side) => {
  const made = relayOf(side, suite.url)
  made.start()
  stops.push(() => made.stop())
  return made
}

const write = async (events: number): Promise<string> => {
  const id = uuidv7()
  await inCall(() =>
    one.units.run({
      key: uuidv7(),
      handler: async (unit) => {
        const note = Note.write(id, 'ann', id)
        if (events > 1) note.edit(id, events - 1)
        unit.add(note)
      },
    }),
  )
  return id
}

const touch = (id: string) =>
  inCall(() => one.units.run({ key: uuidv7(), handler: async (unit) => ((await unit.find(Note, id)) as Note).touch() }))

interface Published {
  id: string
  aggregate: string
  version: number
  ttl: string
}

/** What is on the stream, in its order. */
const published = async (): Promise<Published[]> => {
  const manager = await one.nats.manager()
  const { state } = await manager.streams.info(stream)
  if (state.messages === 0) return []
  const consumer = await one.nats.js.consumers.get(stream)
  const messages = await consumer.fetch({ max_messages: state.messages, expires: 5000 })
  const found: Published[] = []
  for await (const { headers } of messages) {
    const header = (name: string) => headers?.get(name) ?? ''
    found.push({
      id: header('ce-id'),
      aggregate: header('ce-subject'),
      version: Number(header('ce-aggregateversion')),
      ttl: header('Nats-TTL'),
    })
  }
  return found
}

const waiting = async () => {
  const [row] = await one.database.sql<{ n: number }>('select count(*) as n from outbox')
  return row?.n ?? 0
}

const drained = (withinMs = 15_000) => eventually(async () => (await waiting()) === 0 || undefined, withinMs)

const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1)

const expectInOrder = (messages: Published[], counts: Map<string, number>) => {
  expect(new Set(messages.map(({ id }) => id)).size).toBe(messages.length)
  const byAggregate = Map.groupBy(messages, ({ aggregate }) => aggregate)
  for (const [id, count] of counts) expect(byAggregate.get(id)?.map(({ version }) => version)).toEqual(upTo(count))
}

describe('of two relays on one database', () => {
  it('one is active, and the other takes over when the connection of the first is killed; nothing twice, all in order', async () => {
    const relays = [relay(one), relay(other)]
    const active = () => relays.filter(({ isActive }) => isActive)
    await eventually(() => active().length > 0 || undefined)
    const counts = new Map<string, number>()
    for (let n = 0; n < 10; n += 1) counts.set(await write(20), 20)
    await sleep(1200)
    expect(active()).toHaveLength(1)
    const first = active()[0]
    const killed = performance.now()
    const gone = await one.database.sql(
      `select pg_terminate_backend(pid) from pg_locks
       where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())`,
    )
    expect(gone).toHaveLength(1)
    for (const id of counts.keys()) {
      await touch(id)
      counts.set(id, 21)
    }
    for (const each of relays) each.wake()
    await eventually(() => (active().length === 1 && active()[0] !== first) || undefined, 5000).catch(() => {
      // The first may have been quicker to come back: that is a takeover too.
      expect(active()).toHaveLength(1)
    })
    await drained(5000)
    expect(performance.now() - killed).toBeLessThan(8000)
    expectInOrder(await published(), counts)
  })

  it('the other goes on when the first one stops', async () => {
    const first = relay(one)
    await eventually(() => first.isActive || undefined)
    const second = relay(other)
    const id = await write(3)
    await drained()
    await first.stop()
    await touch(id)
    await drained(3000)
    expect(second.isActive).toBe(true)
    expectInOrder(await published(), new Map([[id, 4]]))
  })
})

it('looks up what waits event by event, even where that was planned while everything was empty', async () => {
  const database = openDatabase({ url: suite.url, poolSize: 1, entities: [], log: testLog })
  stops.push(() => database.close())
  const scanned = async () => {
    await database.sql('select pg_stat_force_next_flush()')
    const [row] = await database.sql<{ rows: number }>(
      `select seq_tup_read::int as rows from pg_stat_user_tables where relname = 'event_store'`,
    )
    return row?.rows ?? Number.NaN
  }
  // From the sixth time on, Postgres keeps a plan.
  for (let times = 0; times < 8; times += 1) expect(await waitingEvents(database, 512)).toEqual([])
  await database.sql(
    `insert into event_store (id, stream_id, stream_type, event_type, event_data, event_metadata, event_version,
       occurred_at, payload)
     select uuidv7(), n::text, 'Note', 'x', '{}', '{}', 1, now(), '' from generate_series(1, 20000) n`,
  )
  await database.sql('insert into outbox select position from event_store order by position desc limit 3')
  const before = await scanned()
  for (let times = 0; times < 3; times += 1) expect(await waitingEvents(database, 512)).toHaveLength(3)
  expect((await scanned()) - before).toBeLessThan(1000)
})

it('what it published can be read from the stream again, by type and in order, but for what nobody can make out', async () => {
  const read = () => publishedEvents(one.nats, 'story', StoryCreatedSchema)
  expect(await read()).toEqual([])
  relay(one)
  const ids: string[] = []
  for (let n = 0; n < 3; n += 1) ids.push(await write(2))
  await drained()
  const alien = Buffer.from([0xff, 0xff, 0xff, 0xff, 0xff])
  await one.nats.js.publish('troupe.story.v1.StoryCreated', alien)
  expect((await read()).map(({ storyId }) => storyId)).toEqual(ids)
})

it('a slow transaction with a lower position is not passed over', async () => {
  relay(one)
  const seed = await write(1)
  await drained()
  const slow = new Client({ connectionString: suite.url })
  await slow.connect()
  await slow.query('begin')
  const late = uuidv7()
  await slow.query(
    `with copy as (
       insert into event_store (id, stream_id, stream_type, event_type, event_data, event_metadata, event_version, occurred_at, payload)
       select $1::uuid, $1, stream_type, event_type, event_data, event_metadata, 1, occurred_at, payload
       from event_store where stream_id = $2 returning position
     ) insert into outbox select position from copy`,
    [late, seed],
  )
  const quick = [await write(5), await write(5)]
  await drained()
  expect((await published()).map(({ aggregate }) => aggregate)).not.toContain(late)
  await slow.query('commit')
  await slow.end()
  await eventually(async () => (await published()).some(({ aggregate }) => aggregate === late) || undefined)
  await drained()
  expectInOrder(await published(), new Map([seed, late].map((id) => [id, 1] as const)))
  expectInOrder(await published(), new Map(quick.map((id) => [id, 5] as const)))
})

it('a full stream loses nothing: what did not fit is published, in order, once there is room', async () => {
  relay(one)
  const counts = new Map<string, number>([[await write(1), 1]])
  await drained()
  const manager = await one.nats.manager()
  const { config } = await manager.streams.info(stream)
  await manager.streams.update(stream, { ...config, max_bytes: 40_000 })
  for (let n = 0; n < 8; n += 1) counts.set(await write(40), 40)
  await eventually(async () => (await waiting()) < 320 || undefined)
  await sleep(1500)
  expect(await waiting()).toBeGreaterThan(100)
  for (const id of counts.keys()) {
    await touch(id)
    counts.set(id, (counts.get(id) ?? 0) + 1)
  }
  await manager.streams.update(stream, { ...config, max_bytes: -1 })
  await drained()
  const messages = await published()
  expect(messages).toHaveLength(321 + 9)
  expectInOrder(messages, counts)
})

it('an aggregate whose event can never be published holds up no other one', async () => {
  relay(one)
  const poison = await write(1)
  await drained()
  await touch(poison)
  await one.database.sql('delete from outbox')
  // More than a message may hold.
  await one.database.sql(
    `update event_store set payload = decode(repeat('00', 9000000), 'hex') where stream_id = $1 and event_version = 2`,
    poison,
  )
  await one.database.sql(
    'insert into outbox select position from event_store where stream_id = $1 and event_version = 2',
    poison,
  )
  const others = [await write(3), await write(3), await write(3)]
  await eventually(async () => (await waiting()) === 1 || undefined)
  await touch(others[0] as string)
  await eventually(async () => (await waiting()) === 1 || undefined)
  expectInOrder(
    await published(),
    new Map([
      [others[0] as string, 4],
      [others[1] as string, 3],
    ]),
  )
})

it('what waited longer than its retention is still there for a while once it is published', async () => {
  const id = await write(2)
  await one.database.sql(`update event_store set occurred_at = occurred_at - interval '40 days'`)
  relay(one)
  await drained()
  const messages = await published()
  expectInOrder(messages, new Map([[id, 2]]))
  for (const { ttl } of messages) expect(Number.parseInt(ttl, 10)).toBeGreaterThanOrEqual(24 * 3600)
})

it('events keep on the stream for what is left of their retention', async () => {
  await write(1)
  await one.database.sql(`update event_store set occurred_at = occurred_at - interval '3 days'`)
  relay(one)
  await drained()
  const [message] = await published()
  const seconds = Number.parseInt(message?.ttl ?? '', 10)
  expect(Math.abs(seconds - 4 * 24 * 3600)).toBeLessThan(60)
})

it('a stream that is deleted under a running relay is made again, with all that was on it', async () => {
  relay(one)
  const id = await write(5)
  await drained()
  await (await one.nats.manager()).streams.delete(stream)
  await touch(id)
  await drained()
  expectInOrder(await published(), new Map([[id, 6]]))
})
