import { create, toBinary } from '@bufbuild/protobuf'
import { durationFromMs } from '@bufbuild/protobuf/wkt'
import { Code, ConnectError } from '@connectrpc/connect'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { ErrorInfoSchema } from '#gen/google/rpc/error_details_pb.ts'
import { UserRegisteredSchema } from '#gen/troupe/identity/v1/identity_events_pb.ts'
import { DeadLetterStatus } from '#gen/troupe/mesh/v1/dead_letter_pb.ts'
import { CausationKind } from '#gen/troupe/mesh/v1/mesh_service_pb.ts'
import {
  StoryAnalysisRequestedSchema,
  StoryCreatedSchema,
  StoryUpdatedSchema,
} from '#gen/troupe/story/v1/story_events_pb.ts'
import { eventually } from '../../../tests/mesh.ts'
import { suiteNats } from '../../../tests/suite-nats.ts'
import { type ConsumerDefinition, type EventInfo, project, react } from '../application/consumers.ts'
import { defineProcess } from '../application/process.ts'
import { end, timer } from '../application/process-output.ts'
import { EventSourcedAggregate } from '../domain/aggregate.ts'
import { precondition } from '../domain/errors.ts'
import { dateOf, timestamp } from '../domain/timestamp.ts'
import { runInCall } from '../infrastructure/call-context.ts'
import { putAside } from '../infrastructure/consumer/dead-letters.ts'
import { createProcessRunner } from '../infrastructure/process/process-runner.ts'
import { startTracing } from '../infrastructure/telemetry/tracing.ts'
import { currentUnit } from '../infrastructure/unit-of-work.ts'
import { uuidv7 } from '../infrastructure/uuid.ts'
import { openSide, relayOf, type Side } from './event-fixture.ts'
import { anyCall, migrations, Note, testLog } from './fixture.ts'
import { as, fanOutClient, meshClientOf, storyReader } from './mesh-fixture.ts'
import { suiteDatabase } from './suite-database.ts'

let nats: Awaited<ReturnType<typeof suiteNats>>
let databases: Awaited<ReturnType<typeof suiteDatabase>>[]
let story: Side
let test: Side
let stops: (() => Promise<unknown>)[] = []

beforeAll(async () => {
  nats = await suiteNats()
})

afterAll(() => nats.stop())

beforeEach(async () => {
  databases = [await suiteDatabase('mesh_story', migrations), await suiteDatabase('mesh_test', migrations)]
  story = await openSide(databases[0]?.url as string, nats.url)
  test = await openSide(databases[1]?.url as string, nats.url)
  const manager = await story.nats.manager()
  await manager.streams.delete('TROUPE_STORY').catch(() => {})
})

afterEach(async () => {
  for (const stop of stops.reverse()) await stop()
  stops = []
  await story.close()
  await test.close()
  for (const database of databases) await database.drop()
})

const started = <T extends { start(): void; stop(): Promise<void> }>(thing: T): T => {
  thing.start()
  stops.push(() => thing.stop())
  return thing
}

const startRelay = () => started(relayOf(story, databases[0]?.url as string))

const startReader = (definition: ConsumerDefinition) =>
  started(
    storyReader(test, definition, (context, after, types, pageSize) =>
      meshClientOf('story', story).readEvents(
        { context, afterPosition: BigInt(after), types: [...types], pageSize },
        as('service:test'),
      ),
    ),
  )

const createPath = '/troupe.story.v1.StoryService/CreateStory'

const write = async (edits = 0, call = anyCall({ cause: createPath })): Promise<string> => {
  const id = uuidv7()
  const run = (handler: Parameters<typeof story.units.run>[0]['handler']) =>
    runInCall(call, () => story.units.run({ key: uuidv7(), handler }))
  await run(async (unit) => unit.add(Note.write(id, 'ann', id)))
  for (let n = 0; n < edits; n += 1) await run(async (unit) => ((await unit.find(Note, id)) as Note).touch())
  return id
}

const noted = (info: EventInfo) =>
  currentUnit().write({
    sql: 'insert into seen (event_id, aggregate_id, version) values ($1, $2, $3)',
    parameters: [info.id, info.aggregateId, info.aggregateVersion],
  })

const seen = async (id: string): Promise<number[]> => {
  const rows = await test.database.sql<{ version: number }>(
    'select version from seen where aggregate_id = $1 order by at',
    id,
  )
  return rows.map(({ version }) => version)
}

const schemas = [StoryCreatedSchema, StoryUpdatedSchema] as const

/** `<code> <REASON>` of a refusal. */
const refusal = async (call: Promise<unknown>): Promise<string> => {
  const error = ConnectError.from(
    await call.then(() => new Error('it was not refused')).catch((reason: unknown) => reason),
  )
  return `${Code[error.code]} ${error.findDetails(ErrorInfoSchema)[0]?.reason ?? error.rawMessage}`
}

describe('dead letters', () => {
  it('shows what was put aside, and redrives it with all that waits behind it, in order', async () => {
    let broken: string | undefined = 'all'
    const consumer = react('notes', schemas, (_event, info) => {
      if (info.aggregateId === broken) throw precondition('BROKEN', 'not now')
      noted(info)
    })
    broken = await write(2)
    const fine = await write(1)
    startRelay()
    startReader(consumer)
    const mesh = meshClientOf('test', test, { consumers: [consumer] })
    const letters = await eventually(async () => {
      const { deadLetters } = await mesh.listDeadLetters({ consumer: 'notes' }, as('admin'))
      return deadLetters.length === 3 && (await seen(fine)).length === 2 ? deadLetters : undefined
    })
    const byVersion = letters.toSorted((a, b) => Number(a.data?.version ?? -1) - Number(b.data?.version ?? -1))
    const dead = letters.find(({ status }) => status === DeadLetterStatus.DEAD)
    const parked = letters.filter(({ status }) => status === DeadLetterStatus.PARKED)
    expect(byVersion).toHaveLength(3)
    expect(dead).toMatchObject({
      context: 'test',
      consumer: 'notes',
      aggregateId: broken,
      attempts: 1,
      reason: 'BROKEN: not now',
    })
    expect(dead).toMatchObject({ eventType: StoryCreatedSchema.typeName, data: { storyId: broken, title: broken } })
    expect(parked).toHaveLength(2)

    const id = dead?.id as string
    const waiting = parked[0]?.id as string
    expect((await mesh.getDeadLetter({ id: waiting }, as('admin'))).deadLetter).toEqual(parked[0])
    expect(await refusal(mesh.redriveDeadLetter({ id: waiting }, as('admin')))).toBe(
      'FailedPrecondition DEAD_LETTER_PARKED',
    )
    const error = await mesh.redriveDeadLetter({ id: waiting }, as('admin')).catch((reason) => reason as ConnectError)
    expect((error as ConnectError).findDetails(ErrorInfoSchema)[0]?.metadata).toEqual({ dead_letter_id: id })
    expect(await refusal(mesh.redriveDeadLetter({ id }, as('member')))).toBe('PermissionDenied PERMISSION_DENIED')
    expect(await refusal(mesh.redriveDeadLetter({ id: uuidv7() }, as('admin')))).toBe('NotFound DEAD_LETTER_NOT_FOUND')
    expect(await seen(broken)).toEqual([])

    const repaired = broken
    broken = undefined
    const { deadLetter } = await mesh.redriveDeadLetter({ id }, as('admin'))
    expect(deadLetter?.status).toBe(DeadLetterStatus.REDRIVING)
    await eventually(async () => (await seen(repaired)).length === 3 || undefined)
    expect(await seen(repaired)).toEqual([1, 2, 3])
    expect((await mesh.listDeadLetters({}, as('admin'))).deadLetters).toEqual([])
    const resolved = await mesh.listDeadLetters({ status: DeadLetterStatus.RESOLVED }, as('admin'))
    expect(resolved.deadLetters).toHaveLength(3)
    expect(await refusal(mesh.redriveDeadLetter({ id }, as('admin')))).toBe('FailedPrecondition DEAD_LETTER_RESOLVED')
  })

  it('lets a parked letter go whose predecessor is resolved', async () => {
    const [first, second] = [await letterIn(test, 1, 'DEAD'), await letterIn(test, 2, 'PARKED')]
    const mesh = meshClientOf('test', test)
    expect(await refusal(mesh.redriveDeadLetter({ id: second }, as('admin')))).toBe(
      'FailedPrecondition DEAD_LETTER_PARKED',
    )
    await test.database.sql(`update dead_letters set status = 'RESOLVED' where id = $1`, first)
    expect((await mesh.redriveDeadLetter({ id: second }, as('admin'))).deadLetter?.status).toBe(
      DeadLetterStatus.REDRIVING,
    )
  })

  it('pages over all contexts in one order, every letter once, whatever the size of the page', async () => {
    const letters: { second: number; id: string }[] = []
    for (let n = 0; n < 11; n += 1) {
      const second = Math.floor(n / 2)
      letters.push({ second, id: await letterIn(n % 3 === 0 ? story : test, n, 'DEAD', second) })
    }
    const expected = letters.toSorted((a, b) => a.second - b.second || (a.id < b.id ? -1 : 1)).map(({ id }) => id)
    const mesh = bothContexts()
    for (const pageSize of [1, 2, 3, 5, 10, 11, 200]) {
      const found: string[] = []
      let pages = 0
      for (let pageToken = ''; pages === 0 || pageToken !== ''; pages += 1) {
        const page = await mesh.listDeadLetters({ pageSize, pageToken }, as('admin'))
        found.push(...page.deadLetters.map(({ id }) => id))
        pageToken = page.nextPageToken
      }
      expect(found).toEqual(expected)
      expect(pages).toBe(Math.ceil(11 / pageSize))
    }
    expect(await refusal(mesh.listDeadLetters({ pageToken: 'x' }, as('admin')))).toBe(
      'InvalidArgument INVALID_PAGE_TOKEN',
    )
  })
})

const aggregate = uuidv7()

/** Puts an event of one aggregate aside; `second` says when. */
const letterIn = async (side: Side, version: number, status: 'DEAD' | 'PARKED', second = version): Promise<string> => {
  const now = new Date(Date.UTC(2030, 0, 1, 0, 0, second))
  const eventId = uuidv7()
  const message = create(UserRegisteredSchema, { userId: aggregate, displayName: 'Ann Droid', language: 'en' })
  const delivery = {
    eventId,
    type: UserRegisteredSchema.typeName,
    aggregateId: aggregate,
    aggregateVersion: version,
    occurredAt: now,
    correlationId: uuidv7(),
    actor: '',
    traceparent: undefined,
    position: version,
    sequence: version,
    payload: toBinary(UserRegisteredSchema, message),
  }
  await putAside(side.database, {
    consumer: 'notes',
    source: 'identity',
    delivery,
    status,
    reason: 'no',
    attempts: 1,
    now,
  })
  const [row] = await side.database.sql<{ id: string }>('select id from dead_letters where event_id = $1', eventId)
  return row?.id as string
}

const bothContexts = () => {
  const clients = { story: meshClientOf('story', story), test: meshClientOf('test', test) }
  return fanOutClient({ contexts: ['story', 'test'], clientAt: (context) => clients[context as keyof typeof clients] })
}

describe('events', () => {
  class Analysis extends EventSourcedAggregate {
    request(): this {
      this.raise(StoryAnalysisRequestedSchema, { storyId: this.id, storyVersion: 1, contentHash: 'x' })
      return this
    }

    protected override apply(): void {}
  }

  const analyse = () =>
    runInCall(anyCall(), () =>
      story.units.run({ key: uuidv7(), handler: async (unit) => unit.add(new Analysis(uuidv7()).request()) }),
    )

  it('are read page by page; what is internal stays with the context', async () => {
    for (let n = 0; n < 3; n += 1) await write(1)
    await analyse()
    await write()
    const mesh = meshClientOf('story', story)
    const versions: number[] = []
    let more = true
    for (let afterPosition = 0n; more; ) {
      const page = await mesh.readEvents({ context: 'story', afterPosition, pageSize: 3 }, as('service:test'))
      versions.push(...page.events.map((event) => event.aggregateVersion))
      for (const event of page.events) expect(event.payload.length).toBeGreaterThan(0)
      afterPosition = page.events.at(-1)?.position ?? 0n
      more = page.more
    }
    expect(versions).toEqual([1, 2, 1, 2, 1, 2, 1])

    const types = [StoryAnalysisRequestedSchema.typeName]
    const asked = { context: 'story', types }
    expect(await refusal(mesh.readEvents(asked, as('service:test')))).toBe('PermissionDenied EVENT_IS_INTERNAL')
    expect(await refusal(mesh.readEvents(asked, as('admin')))).toBe('PermissionDenied INTERNAL_ONLY')
    const own = await mesh.readEvents(asked, as('service:story'))
    expect(own.events.map(({ type }) => type)).toEqual(types)
    const onlyCreated = await mesh.readEvents(
      { context: 'story', types: [StoryCreatedSchema.typeName] },
      as('service:test'),
    )
    expect(onlyCreated.events.map(({ type }) => type)).toEqual(Array(4).fill(StoryCreatedSchema.typeName))
  })

  it('are listed newest first over all contexts, as JSON without personal data', async () => {
    const [old, young] = [await write(1), await write()]
    const mesh = bothContexts()
    const { events } = await mesh.listRecentEvents({ pageSize: 2 }, as('admin'))
    expect(events.map(({ aggregateId, aggregateVersion }) => [aggregateId, aggregateVersion])).toEqual([
      [young, 1],
      [old, 2],
    ])
    expect(events[0]).toMatchObject({
      context: 'story',
      actor: 'tester',
      data: { storyId: young, authorId: 'ann', title: young },
    })
    expect(events[0]?.payload).toHaveLength(0)
    const one = await mesh.listRecentEvents({ aggregateId: old, type: StoryUpdatedSchema.typeName }, as('admin'))
    expect(one.events.map(({ aggregateVersion }) => aggregateVersion)).toEqual([2])

    const id = await letterIn(test, 1, 'DEAD')
    const { deadLetter } = await mesh.getDeadLetter({ id }, as('admin'))
    expect(deadLetter?.data).toEqual({ userId: aggregate, displayName: '•••', language: 'en' })
  })
})

describe('lag and replay', () => {
  it('counts what waits for the relay, what waits on the stream, and nothing once all is handled', async () => {
    const consumer = project('notes', ['seen'], schemas, (_event, info) => noted(info))
    const contexts = {
      story: meshClientOf('story', story),
      test: meshClientOf('test', test, { consumers: [consumer] }),
    }
    const mesh = fanOutClient({
      contexts: ['story', 'test'],
      clientAt: (name) => contexts[name as keyof typeof contexts],
    })
    const lag = async () => {
      const { relays, consumers } = await mesh.getLag({}, as('admin'))
      const { pending, reader, epoch, source } = consumers[0] as (typeof consumers)[number]
      return { outbox: relays.map((relay) => Number(relay.pending)), pending: Number(pending), reader, epoch, source }
    }
    const id = await write(3)
    expect(await lag()).toEqual({ outbox: [4, 0], pending: 0, reader: '', epoch: 0, source: 'story' })
    const [relay] = (await mesh.getLag({ contexts: ['story'] }, as('admin'))).relays
    expect(Number(relay?.oldest?.seconds)).toBeLessThan(60)
    startRelay()
    // What is published is on the stream before it is taken out of the outbox.
    await eventually(async () => ((await lag()).outbox[0] === 0 ? true : undefined))
    expect(await lag()).toEqual({ outbox: [0, 0], pending: 4, reader: '', epoch: 0, source: 'story' })
    startReader(consumer)
    await eventually(async () => (await lag()).pending === 0 || undefined)
    expect(await lag()).toEqual({ outbox: [0, 0], pending: 0, reader: 'host:1', epoch: 1, source: 'story' })
    expect(await seen(id)).toEqual([1, 2, 3, 4])
  })

  it('builds a projection again from all events, in order, while they keep coming', async () => {
    const consumer = project('notes', ['seen'], schemas, (_event, info) => noted(info))
    const reaction = react('mails', schemas, () => {})
    startRelay()
    startReader(consumer)
    const ids = [await write(3), await write(2)]
    const all = (edits: number) =>
      eventually(async () => (await Promise.all(ids.map(seen))).flat().length === edits || undefined)
    await all(7)
    // A row that no event explains, and events that only the store still has.
    await test.database.sql('insert into seen (event_id, aggregate_id, version) values ($1, $2, 9)', uuidv7(), ids[0])
    // A new projection reads the store, so it may have seen what the relay has yet to publish.
    await eventually(async () => (await story.database.sql('select 1 from outbox')).length === 0 || undefined)
    const manager = await test.nats.manager()
    await manager.streams.purge('TROUPE_STORY')
    ids.push(await write(1))
    await all(10)

    const mesh = meshClientOf('test', test, { consumers: [consumer, reaction] })
    const request = { context: 'test', consumer: 'notes' }
    expect(await refusal(mesh.replayProjection(request, as('member')))).toBe('PermissionDenied PERMISSION_DENIED')
    const { events } = await mesh.replayProjection(request, as('admin'))
    expect(Number(events)).toBe(2)
    ids.push(await write(1))
    await all(11)
    expect(await Promise.all(ids.map(seen))).toEqual([
      [1, 2, 3, 4],
      [1, 2, 3],
      [1, 2],
      [1, 2],
    ])

    expect(await refusal(mesh.replayProjection({ ...request, consumer: 'mails' }, as('admin')))).toBe(
      'FailedPrecondition CONSUMER_HAS_EFFECTS',
    )
    expect(await refusal(mesh.replayProjection({ ...request, consumer: 'none' }, as('admin')))).toBe(
      'NotFound CONSUMER_NOT_FOUND',
    )
  })
})

describe('causation', () => {
  it('is traced from the rpc over its events to their deliveries in another context', async () => {
    let broken = ''
    const consumer = react('notes', schemas, (_event, info) => {
      if (info.aggregateId === broken) throw precondition('BROKEN', 'not now')
      noted(info)
    })
    const call = anyCall({ cause: createPath })
    const id = await write(0, call)
    broken = await write(1, call)
    const mesh = bothContexts()
    const queued = await mesh.traceCausation({ correlationId: call.correlationId }, as('admin'))
    expect(queued.nodes.map(({ outcome }) => outcome)).toEqual(['done', 'queued', 'queued', 'queued'])
    startRelay()
    startReader(consumer)
    const nodes = await eventually(async () => {
      const trace = await mesh.traceCausation({ correlationId: call.correlationId }, as('admin'))
      return trace.nodes.length === 7 ? trace.nodes : undefined
    })
    expect(nodes[0]).toMatchObject({ parentId: '', kind: CausationKind.RPC, name: createPath, context: 'story' })
    const created = nodes.filter(({ kind }) => kind === CausationKind.EVENT)
    expect(created.map(({ parentId }) => parentId)).toEqual(Array(3).fill(nodes[0]?.id))
    const deliveries = nodes.filter(({ kind }) => kind === CausationKind.DELIVERY)
    expect(deliveries.map(({ parentId }) => parentId).toSorted()).toEqual(created.map((node) => node.id).toSorted())
    expect(deliveries.map(({ outcome }) => outcome).toSorted()).toEqual(['dead: BROKEN: not now', 'done', 'parked'])
    expect(await seen(id)).toEqual([1])
    expect(await refusal(mesh.traceCausation({ correlationId: 'none' }, as('admin')))).toBe(
      'NotFound CORRELATION_NOT_FOUND',
    )
    const own = meshClientOf('test', test)
    expect((await own.traceCausation({ correlationId: 'none' }, as('admin'))).nodes).toEqual([])
  })
})

describe('invariants', () => {
  it('hold of what the kernel writes, and are seen to be broken', async () => {
    const call = anyCall({ cause: createPath })
    await write(3, call)
    const invariants = [{ name: 'notes-are-short', sql: 'select text from notes where length(text) > 100' }]
    const mesh = meshClientOf('story', story, { invariants })
    const broken = async () => {
      const { results } = await mesh.checkInvariants({}, as('admin'))
      expect(results).toHaveLength(5)
      return Object.fromEntries(results.filter(({ holds }) => !holds).map(({ name, violations }) => [name, violations]))
    }
    expect(await broken()).toEqual({})

    await story.database.sql('delete from event_store where event_version = 2')
    await story.database.sql(`update notes set text = repeat('x', 101)`)
    await story.database.sql(
      `insert into process_commands (id, process, instance, step, method, request, due_at, expires_at, correlation_id,
         causation_id, actor, created_at)
       values ($1, 'p', 'i', 's', '/m', '', now(), now() - interval '2 minutes', '', '', '', now())`,
      uuidv7(),
    )
    expect(await broken()).toEqual({
      'event-versions-have-no-gaps': [expect.stringContaining('has 3 events, the last is version 4')],
      'outbox-rows-have-events': ['2'],
      'commands-end-when-they-expire': [expect.stringContaining('p.s')],
      'notes-are-short': ['x'.repeat(101)],
    })
    // What names an aggregate leads to the requests that changed it.
    const { results } = await mesh.checkInvariants({}, as('admin'))
    const requests = results.map(({ name, correlationIds }) => [name, correlationIds])
    expect(Object.fromEntries(requests)).toMatchObject({
      'event-versions-have-no-gaps': [call.correlationId],
      'outbox-rows-have-events': [],
    })
    await story.database.sql('update event_store set event_version = 9 where event_version = 1')
    expect((await broken())['event-versions-ascend']).toHaveLength(1)
  })
})

describe('the clock', () => {
  const day = 24 * 60 * 60 * 1000
  const reminder = defineProcess({
    name: 'reminder',
    events: [StoryCreatedSchema],
    commands: [],
    initial: (): { reminded: number } => ({ reminded: 0 }),
    correlate: ({ event }) => event.storyId,
    decide: ({ reminded }, { at }) => [reminded < 3 ? timer('remind', new Date(at.getTime() + day)) : end()],
    evolve: ({ reminded }) => ({ reminded: reminded + 1 }),
  })

  const runReminder = () =>
    createProcessRunner({
      context: 'test',
      processes: [reminder],
      database: test.database,
      units: test.units,
      clock: test.clock,
      call: () => Promise.reject(new Error('it commands nothing')),
      log: testLog,
      tracing: startTracing({ service: 'test', sampleRatio: 0 }),
    })

  it('is not quiet while events or timers wait, and only moves forward', async () => {
    const mesh = meshClientOf('story', story)
    const before = await mesh.getClock({ context: 'story' })
    expect(before.quiet).toBe(true)
    await write()
    expect((await mesh.getClock({ context: 'story' })).quiet).toBe(false)
    startRelay()
    await eventually(async () => (await mesh.getClock({ context: 'story' })).quiet || undefined)
    const past = timestamp(new Date(Date.now() - 1000))
    expect(await refusal(mesh.setClock({ context: 'story', now: past }))).toBe('FailedPrecondition CLOCK_IS_AHEAD')
    const never = { seconds: 2n ** 60n, nanos: 0 }
    expect(await refusal(mesh.setClock({ context: 'story', now: never as never }))).toBe(
      'InvalidArgument INVALID_REQUEST',
    )
    const later = new Date(Date.now() + day)
    await mesh.setClock({ context: 'story', now: timestamp(later) })
    const { now } = await mesh.getClock({ context: 'story' })
    expect(dateOf(now)?.getTime()).toBeGreaterThanOrEqual(later.getTime())
    expect(await refusal(mesh.setClock({ context: 'story', now: timestamp(later) }, as('admin')))).toBe(
      'PermissionDenied INTERNAL_ONLY',
    )
  })

  it('has not come to rest when events passed since the last look, even if none waits any more', async () => {
    const mesh = meshClientOf('story', story)
    const look = async () => {
      const { quiet, waitsFor } = await mesh.getClock({ context: 'story' })
      return [quiet, waitsFor.join('; ')]
    }
    startRelay()
    await write()
    const relayed = () => eventually(async () => (await story.database.sql('select 1 from outbox')).length === 0)
    await relayed()
    await look()
    expect(await look()).toEqual([true, ''])
    await write()
    await relayed()
    expect(await look()).toEqual([false, 'outbox: events left it just now'])
    expect(await look()).toEqual([true, ''])
  })

  it('waits for work of the context, too, and names the earliest time at which any is due', async () => {
    const at = (ms: number) => new Date(Date.now() + ms)
    const work = (due: Date | undefined) => ({
      nextDue: async () => due,
      isQuiet: async (now: Date) => !due || due > now,
    })
    const clockOf = (...dueWork: ReturnType<typeof work>[]) =>
      meshClientOf('story', story, { dueWork }).getClock({ context: 'story' })
    const [soon, later] = [at(day), at(2 * day)]
    expect(dateOf((await clockOf(work(later), work(undefined), work(soon))).nextDue)).toEqual(soon)
    expect((await clockOf(work(undefined))).nextDue).toBeUndefined()
    const busy = await clockOf(work(later), work(at(-day)))
    expect(busy).toMatchObject({ quiet: false })
    expect(busy.waitsFor).toContain('something is due: a command, a timer, or work of the context')
  })

  it('moves the mesh through its timers, each at its own time', async () => {
    const runner = started(runReminder())
    for (const consumer of runner.consumers) startReader(consumer)
    startRelay()
    const clients = {
      story: meshClientOf('story', story),
      test: meshClientOf('test', test, { consumers: runner.consumers, dueWork: [runner] }),
    }
    const mesh = fanOutClient({
      contexts: ['story', 'test'],
      clientAt: (name) => clients[name as keyof typeof clients],
    })
    await write()
    const begin = Date.now()
    const { now, timers } = await mesh.advanceClock(
      { by: durationFromMs(2.5 * day) },
      { ...as('admin'), timeoutMs: 25_000 },
    )
    expect(timers).toBe(2)
    for (const context of ['story', 'test'] as const) {
      const clock = dateOf((await clients[context].getClock({ context })).now)?.getTime() ?? 0
      expect(clock - begin).toBeGreaterThanOrEqual(2.5 * day)
      expect(clock - begin).toBeLessThan(2.5 * day + 25_000)
      expect(Math.abs((dateOf(now)?.getTime() ?? 0) - clock)).toBeLessThan(1000)
    }
    const fired = await test.database.sql<{ late: number }>(
      `select extract(epoch from finished_at - due_at)::float8 * 1000 as late from process_timers where outcome = 'FIRED'`,
    )
    expect(fired).toHaveLength(2)
    for (const { late } of fired) {
      expect(late).toBeGreaterThanOrEqual(0)
      expect(late).toBeLessThan(2000)
    }
    const byTooMuch = mesh.advanceClock({ by: durationFromMs(4000 * day) }, as('admin'))
    expect(await refusal(byTooMuch)).toBe('InvalidArgument INVALID_STEP')
    expect(await refusal(mesh.advanceClock({ by: durationFromMs(day) }, as('member')))).toBe(
      'PermissionDenied PERMISSION_DENIED',
    )
  })
})

describe('the fan-out', () => {
  it('names a context that it does not know or cannot reach', async () => {
    const away = new ConnectError('nobody listens', Code.Unavailable)
    const gone = new Proxy(meshClientOf('test', test), { get: () => () => Promise.reject(away) })
    const mesh = fanOutClient({
      contexts: ['story', 'test'],
      clientAt: (context) => (context === 'test' ? gone : meshClientOf('story', story)),
    })
    expect(await refusal(mesh.getLag({ contexts: ['nowhere'] }, as('admin')))).toBe('NotFound UNKNOWN_CONTEXT')
    expect(await refusal(mesh.getLag({}, as('admin')))).toBe('Unavailable CONTEXT_UNAVAILABLE')
    const error = ConnectError.from(await mesh.getLag({}, as('admin')).catch((reason) => reason))
    expect(error.rawMessage).toBe('test: nobody listens')
    expect((await mesh.getLag({ contexts: ['story'] }, as('admin'))).relays).toHaveLength(1)

    const id = await letterIn(story, 1, 'DEAD')
    expect((await mesh.redriveDeadLetter({ id }, as('admin'))).deadLetter?.context).toBe('story')
    expect(await refusal(mesh.getDeadLetter({ id: uuidv7() }, as('admin')))).toBe('Unavailable CONTEXT_UNAVAILABLE')
    expect(await refusal(mesh.getDeadLetter({ id: uuidv7(), contexts: ['story'] }, as('admin')))).toBe(
      'NotFound DEAD_LETTER_NOT_FOUND',
    )
    expect(await refusal(mesh.getLag({}))).toBe('Unauthenticated TOKEN_REQUIRED')
  })
})
