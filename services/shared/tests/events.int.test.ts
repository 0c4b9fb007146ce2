import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { StoryCreatedSchema, StoryUpdatedSchema } from '#gen/troupe/story/v1/story_events_pb.ts'
import { eventually } from '../../../tests/mesh.ts'
import { suiteNats } from '../../../tests/suite-nats.ts'
import { type EventInfo, react } from '../application/consumers.ts'
import { precondition } from '../domain/errors.ts'
import { currentUnit } from '../infrastructure/unit-of-work.ts'
import { uuidv7 } from '../infrastructure/uuid.ts'
import { openSide, readerOf, relayOf, type Side } from './event-fixture.ts'
import { inCall, migrations, Note } from './fixture.ts'
import { suiteDatabase } from './suite-database.ts'

let nats: Awaited<ReturnType<typeof suiteNats>>
let source: Awaited<ReturnType<typeof suiteDatabase>>
let target: Awaited<ReturnType<typeof suiteDatabase>>
let publisher: Side
let stops: (() => Promise<unknown>)[] = []

beforeAll(async () => {
  nats = await suiteNats()
})

afterAll(() => nats.stop())

beforeEach(async () => {
  source = await suiteDatabase('events_source', migrations)
  target = await suiteDatabase('events_target', migrations)
  publisher = await openSide(source.url, nats.url)
  const manager = await publisher.nats.manager()
  await manager.streams.delete('TROUPE_STORY').catch(() => {})
})

afterEach(async () => {
  for (const stop of stops.reverse()) await stop()
  stops = []
  await publisher.close()
  await source.drop()
  await target.drop()
})

const started = <T extends { start(): void; stop(): Promise<void> }>(thing: T): T => {
  thing.start()
  stops.push(() => thing.stop())
  return thing
}

const replica = async (handle: (info: EventInfo) => Promise<void> | void, holder: string) => {
  const side = await openSide(target.url, nats.url)
  stops.push(() => side.close())
  const consumer = react('notes', [StoryCreatedSchema, StoryUpdatedSchema], async (_event, info) => {
    await handle(info)
    currentUnit().write({
      sql: 'insert into seen (event_id, aggregate_id, version) values ($1, $2, $3)',
      parameters: [info.id, info.aggregateId, info.aggregateVersion],
    })
  })
  return { side, reader: started(readerOf(side, consumer, holder)) }
}

const write = async (edits: number): Promise<string> => {
  const id = uuidv7()
  await inCall(() =>
    publisher.units.run({ key: uuidv7(), handler: async (unit) => unit.add(Note.write(id, 'ann', id)) }),
  )
  for (let n = 0; n < edits; n += 1) await touch(id)
  return id
}

const touch = (id: string) =>
  inCall(() =>
    publisher.units.run({ key: uuidv7(), handler: async (unit) => ((await unit.find(Note, id)) as Note).touch() }),
  )

const seen = async (side: Side) =>
  side.database.sql<{ aggregate_id: string; version: number }>('select aggregate_id, version from seen order by at')

const versionsOf = (rows: { aggregate_id: string; version: number }[], id: string) =>
  rows.filter((row) => row.aggregate_id === id).map((row) => row.version)

const allSeen = (side: Side, count: number, withinMs = 15_000) =>
  eventually(async () => {
    const rows = await seen(side)
    return rows.length >= count ? rows : undefined
  }, withinMs)

describe('events', () => {
  it('reach a consumer once each and in order for every aggregate', async () => {
    started(relayOf(publisher, source.url))
    const { side } = await replica(() => {}, 'a')
    const ids = await Promise.all(Array.from({ length: 10 }, () => write(9)))
    const rows = await allSeen(side, 100)
    for (const id of ids) expect(versionsOf(rows, id)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
    const left = await publisher.database.sql('select 1 from outbox')
    expect(left).toEqual([])
  })

  it('survive the loss of the whole stream: everything within retention is published again, handled once', async () => {
    started(relayOf(publisher, source.url))
    const { side } = await replica(() => {}, 'a')
    const before = await write(4)
    await allSeen(side, 5)
    await nats.kill()
    const meanwhile = await write(4)
    nats.wipe()
    await nats.start()
    const rows = await allSeen(side, 10, 25_000)
    expect(versionsOf(rows, before)).toEqual([1, 2, 3, 4, 5])
    expect(versionsOf(rows, meanwhile)).toEqual([1, 2, 3, 4, 5])
    await eventually(async () => {
      const stream = await (await publisher.nats.manager()).streams.info('TROUPE_STORY')
      return stream.state.messages === 10 || undefined
    })
    expect(await seen(side)).toHaveLength(10)
  })

  it('of an aggregate wait behind one that failed, others do not; redriven, they go on in order', async () => {
    started(relayOf(publisher, source.url))
    const bad = new Set<string>()
    const { side } = await replica((info) => {
      if (bad.has(info.aggregateId) && info.aggregateVersion === 3) throw precondition('BROKEN', 'cannot take this')
    }, 'a')
    const [sick, well] = [await write(0), await write(0)]
    bad.add(sick)
    for (let n = 0; n < 5; n += 1) await Promise.all([touch(sick), touch(well)])
    await eventually(async () => versionsOf(await seen(side), well).length === 6 || undefined)
    const letters = await eventually(async () => {
      const rows = await side.database.sql<{ id: string; status: string; reason: string }>(
        'select id, status, reason from dead_letters order by sequence',
      )
      return rows.length === 4 ? rows : undefined
    })
    expect(letters.map(({ status }) => status)).toEqual(['DEAD', 'PARKED', 'PARKED', 'PARKED'])
    expect(letters[0]?.reason).toContain('BROKEN')
    expect(versionsOf(await seen(side), sick)).toEqual([1, 2])
    bad.clear()
    await side.database.sql(`update dead_letters set status = 'REDRIVING' where id = $1`, letters[0]?.id)
    await touch(sick)
    await eventually(async () => versionsOf(await seen(side), sick).length === 7 || undefined)
    expect(versionsOf(await seen(side), sick)).toEqual([1, 2, 3, 4, 5, 6, 7])
    expect(await side.database.sql(`select 1 from dead_letters where status <> 'RESOLVED'`)).toEqual([])
  })

  it('are retried five times when a handler breaks, then put aside with the reason', async () => {
    started(relayOf(publisher, source.url))
    let tries = 0
    const { side } = await replica(() => {
      tries += 1
      throw new Error('a bug')
    }, 'a')
    await write(0)
    const [letter] = await eventually(async () => {
      const rows = await side.database.sql('select reason, attempts from dead_letters')
      return rows.length === 1 ? rows : undefined
    })
    expect(letter).toEqual({ reason: 'Error: a bug', attempts: 5 })
    expect(tries).toBe(5)
  })

  it('go on within 5 s when the replica that reads dies, in order and nothing twice', async () => {
    started(relayOf(publisher, source.url))
    const first = await replica(() => {}, 'a')
    const id = await write(3)
    await allSeen(first.side, 4)
    const second = await replica(() => {}, 'b')
    // A process that dies closes its connections and gives nothing up.
    await first.side.close()
    const died = performance.now()
    for (let n = 0; n < 6; n += 1) await touch(id)
    const rows = await allSeen(second.side, 10)
    expect(performance.now() - died).toBeLessThan(5000)
    expect(versionsOf(rows, id)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
  })

  it('cannot be committed by a frozen reader whose lease was taken', async () => {
    started(relayOf(publisher, source.url))
    const frozen = Promise.withResolvers<void>()
    const entered = Promise.withResolvers<void>()
    const first = await replica(async () => {
      entered.resolve()
      await frozen.promise
    }, 'a')
    const id = await write(0)
    await entered.promise
    const second = await replica(() => {}, 'b')
    // Until the other one has it: the first renews what it holds.
    await eventually(async () => {
      await first.side.database.sql(`update consumer_leases set expires_at = '-infinity' where holder = 'a'`)
      return (
        (await second.side.database.sql(`select 1 from consumer_leases where holder = 'b'`)).length === 1 || undefined
      )
    })
    const rows = await allSeen(second.side, 1)
    frozen.resolve()
    await touch(id)
    const later = await allSeen(second.side, 2)
    expect(versionsOf(rows, id)).toEqual([1])
    expect(versionsOf(later, id)).toEqual([1, 2])
  })
})
