import { setTimeout as sleep } from 'node:timers/promises'
import { Code } from '@connectrpc/connect'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { conflict, exhausted, precondition } from '../domain/errors.ts'
import { IdempotencyStore } from '../infrastructure/idempotency.ts'
import { sweep } from '../infrastructure/janitor.ts'
import { currentUnit } from '../infrastructure/unit-of-work.ts'
import { uuidv7 } from '../infrastructure/uuid.ts'
import { unitsOfWork } from '../presentation/units-of-work.ts'
import { anyCall, migrations, Note, openFixture } from './fixture.ts'
import { ProbeService } from './probe-service.ts'
import { suiteDatabase } from './suite-database.ts'
import { caller, refusalOf } from './unary-call.ts'

type Fixture = Awaited<ReturnType<typeof openFixture>>
type Handle = Parameters<typeof caller>[1]
const { write, read, own, withheld, keyless } = ProbeService.method

let suite: Awaited<ReturnType<typeof suiteDatabase>>
let one: Fixture
let other: Fixture

beforeAll(async () => {
  suite = await suiteDatabase('idempotency', migrations)
  one = await openFixture(suite.url)
  other = await openFixture(suite.url)
})

afterAll(async () => {
  await one.database.close()
  await other.database.close()
  await suite.drop()
})

afterEach(() => one.database.sql('truncate notes, event_store, outbox, stock'))

/** A process of its own as far as idempotency goes: its own pool, its own map of running requests. */
const serve = ({ database, units, clock }: Fixture, handle: Handle) =>
  caller(
    [
      unitsOfWork({
        database,
        units,
        store: new IdempotencyStore(database, Buffer.alloc(32, 1)),
        now: () => clock.now(),
      }),
    ],
    handle,
  )

const processes = (handle: Handle) => [serve(one, handle), serve(other, handle)] as const

const keyed = (key: string, over: Parameters<typeof anyCall>[0] = {}) => ({
  headers: { 'idempotency-key': key },
  call: anyCall(over),
})

const create: Handle = (text) => {
  const unit = currentUnit()
  const id = unit.next()
  unit.add(Note.write(id, 'ann', text))
  return id
}

const counts = async () => {
  const [row] = await one.database.sql(
    'select (select count(*) from notes) as notes, (select count(*) from event_store) as events',
  )
  return row
}

/** Lets everybody pass once `count` have come. */
const barrier = (count: number) => {
  const open = Promise.withResolvers<void>()
  let left = count
  return () => {
    left -= 1
    if (left === 0) open.resolve()
    return open.promise
  }
}

describe('the same request with the same key', () => {
  it('fifty times at once over two processes takes effect once and is answered alike', async () => {
    const calls = processes(create)
    const key = uuidv7()
    const text = uuidv7()
    const answers = await Promise.all(Array.from({ length: 50 }, (_, n) => calls[n % 2]!(write, text, keyed(key))))
    expect(new Set(answers.map((answer) => answer.text)).size).toBe(1)
    expect(answers.filter(({ header }) => header.get('idempotency-replayed') !== 'true')).toHaveLength(1)
    expect(await counts()).toEqual({ notes: 1, events: 1 })
  })

  it('is answered alike where both processes are about to create the same thing', async () => {
    const meet = barrier(2)
    const calls = processes(async (text, header) => {
      await meet()
      return create(text, header)
    })
    const key = uuidv7()
    const [a, b] = await Promise.all(calls.map((call) => call(write, 'same', keyed(key))))
    expect(a?.text).toBe(b?.text)
    expect(await counts()).toEqual({ notes: 1, events: 1 })
  })

  it('is answered alike where its second run would find the work done and refuse', async () => {
    const id = uuidv7()
    await serve(one, () => {
      currentUnit().add(Note.write(id, 'ann', 'draft'))
      return id
    })(write, id)
    const meet = barrier(2)
    const runs: string[] = []
    const calls = processes(async () => {
      const note = (await currentUnit().find(Note, id)) as Note
      runs.push(note.text)
      if (runs.length <= 2) await meet()
      if (note.text === 'published') throw precondition('ALREADY_PUBLISHED', 'it is published')
      note.edit('published')
      return 'published now'
    })
    const key = uuidv7()
    const answers = await Promise.all(calls.map((call) => call(write, id, keyed(key))))
    expect(answers.map(({ text }) => text)).toEqual(['published now', 'published now'])
    expect(runs.slice(0, 2)).toEqual(['draft', 'draft'])
    expect(await counts()).toEqual({ notes: 1, events: 2 })
  })

  it('is answered alike where the first took the last there was', async () => {
    await one.database.sql(`insert into stock (id, available, capacity) values ('seat', 1, 1)`)
    const meet = barrier(2)
    const calls = processes(async () => {
      const orElse = exhausted('SOLD_OUT', 'nothing is left')
      currentUnit().guard({ table: 'stock', key: { column: 'id', value: 'seat' }, add: { available: -1 }, orElse })
      await meet()
      return 'yours'
    })
    const key = uuidv7()
    expect((await Promise.all(calls.map((call) => call(write, 'seat', keyed(key))))).map(({ text }) => text)).toEqual([
      'yours',
      'yours',
    ])
  })

  it('is answered alike where a name is taken by the first', async () => {
    const meet = barrier(2)
    const calls = processes(async (text) => {
      currentUnit().add(Note.write(uuidv7(), 'ann', text))
      await meet()
      return 'named'
    })
    const key = uuidv7()
    expect((await Promise.all(calls.map((call) => call(write, 'name', keyed(key))))).map(({ text }) => text)).toEqual([
      'named',
      'named',
    ])
    const again = await refusalOf(calls[0](write, 'name', keyed(uuidv7())))
    expect(again).toMatchObject({ code: Code.FailedPrecondition, reason: 'TEXT_TAKEN' })
  })

  it('is answered with nothing when that was the answer', async () => {
    const call = serve(one, (text, header) => {
      create(text, header)
      return ''
    })
    const key = uuidv7()
    expect((await call(write, 'a', keyed(key))).text).toBe('')
    expect((await call(write, 'a', keyed(key))).text).toBe('')
    expect(await counts()).toEqual({ notes: 1, events: 1 })
  })
})

describe('a key', () => {
  const reused = { code: Code.FailedPrecondition, reason: 'IDEMPOTENCY_KEY_REUSED' }

  it('does not serve for another request, before or while the first is handled', async () => {
    const gate = Promise.withResolvers<void>()
    const entered = Promise.withResolvers<void>()
    const [here, there] = processes(async (text, header) => {
      entered.resolve()
      await gate.promise
      return create(text, header)
    })
    const key = uuidv7()
    const first = here(write, 'one', keyed(key))
    await entered.promise
    expect(await refusalOf(here(write, 'two', keyed(key)))).toMatchObject(reused)
    const elsewhere = refusalOf(there(write, 'two', keyed(key)))
    gate.resolve()
    const outcomes = [await refusalOf(first), await elsewhere].map(({ reason }) => reason)
    expect(outcomes.filter((reason) => reason === 'IDEMPOTENCY_KEY_REUSED')).toHaveLength(1)
    expect(await counts()).toEqual({ notes: 1, events: 1 })
  })

  it('means something only for one caller and one method', async () => {
    const call = serve(one, create)
    const key = uuidv7()
    const ann = { principal: { kind: 'user', userId: 'ann', sessionId: '', roles: [] }, actor: 'ann' } as const
    const ben = { ...ann, principal: { ...ann.principal, userId: 'ben' }, actor: 'ben' }
    const story = { principal: { kind: 'service', name: 'story' }, actor: 'service:story' } as const
    await call(write, 'ann', keyed(key, ann))
    await call(write, 'ben', keyed(key, ben))
    await call(write, 'story', keyed(key, story))
    await call(own, 'ann by another method', keyed(key, ann))
    expect(await counts()).toEqual({ notes: 4, events: 4 })
  })

  it('of somebody unknown tells nobody else what was answered', async () => {
    const call = serve(one, create)
    const nobody = { principal: { kind: 'anonymous' }, actor: '' } as const
    const key = uuidv7()
    const first = await call(write, 'one', keyed(key, nobody))
    const second = await call(write, 'two', keyed(key, nobody))
    expect(second.text).not.toBe(first.text)
    expect((await call(write, 'one', keyed(key, nobody))).text).toBe(first.text)
    expect(await counts()).toEqual({ notes: 2, events: 2 })
  })

  it.each(['', ' ', 'a b', 'ä', 'x'.repeat(256), 'tab\there'])('may not read %j', async (key) => {
    const refusal = await refusalOf(serve(one, create)(write, 'a', keyed(key)))
    expect(refusal).toMatchObject({ code: Code.InvalidArgument, reason: 'INVALID_IDEMPOTENCY_KEY' })
  })

  it('is kept for a day by the mesh clock, and free again after the next sweep', async () => {
    const call = serve(one, create)
    const key = uuidv7()
    const before = one.clock.now().getTime()
    const first = await call(write, 'a', keyed(key))
    await sweep(one.database, [], new Date(before + 24 * 3_600_000 - 1))
    expect((await call(write, 'a', keyed(key))).text).toBe(first.text)
    await sweep(one.database, [], new Date(one.clock.now().getTime() + 24 * 3_600_000))
    await one.database.sql('delete from notes')
    expect((await refusalOf(call(write, 'b', keyed(key)))).reason).not.toBe('IDEMPOTENCY_KEY_REUSED')
  })

  it('is ignored where nothing is changed, or no key is taken', async () => {
    const seen: string[] = []
    const call = serve(one, (text) => String(seen.push(text)))
    const key = keyed(uuidv7())
    for (const method of [read, keyless]) {
      await call(method, 'a', key)
      await call(method, 'b', key)
    }
    expect(seen).toEqual(['a', 'b', 'a', 'b'])
  })

  it('is answered a secret only once', async () => {
    const [here, there] = processes(create)
    const key = uuidv7()
    await here(withheld, 'a', keyed(key))
    for (const call of [here, there]) {
      const refusal = await refusalOf(call(withheld, 'a', keyed(key)))
      expect(refusal).toMatchObject({ code: Code.FailedPrecondition, reason: 'IDEMPOTENCY_RESPONSE_WITHHELD' })
    }
    expect(await counts()).toEqual({ notes: 1, events: 1 })
    const stored = await one.database.sql('select 1 from idempotency where key = $1 and response is not null', key)
    expect(stored).toEqual([])
  })
})

describe('a request that fails', () => {
  it('leaves its key free, whatever it failed of', async () => {
    const failures = [precondition('NOT_NOW', 'later'), conflict('BUSY', 'later'), new Error('a bug')]
    const call = serve(one, (text, header) => {
      const failure = failures.shift()
      if (failure) {
        create(text, header)
        throw failure
      }
      return create(text, header)
    })
    const key = keyed(uuidv7())
    expect((await refusalOf(call(write, 'a', key))).reason).toBe('NOT_NOW')
    expect((await refusalOf(call(write, 'a', key))).reason).toBe('BUSY')
    expect((await refusalOf(call(write, 'a', key))).code).toBe(Code.Internal)
    expect(await counts()).toEqual({ notes: 0, events: 0 })
    await call(write, 'a', key)
    expect(await counts()).toEqual({ notes: 1, events: 1 })
  })

  it('lets those that waited for it try, one after another, until one succeeds', async () => {
    let runs = 0
    let atOnce = 0
    const call = serve(one, async (text, header) => {
      runs += 1
      atOnce += 1
      expect(atOnce).toBe(1)
      await sleep(5)
      atOnce -= 1
      if (runs < 4) throw precondition('NOT_NOW', `run ${runs}`)
      return create(text, header)
    })
    const key = keyed(uuidv7())
    const results = await Promise.allSettled(Array.from({ length: 10 }, () => call(write, 'a', key)))
    expect(results.filter(({ status }) => status === 'rejected')).toHaveLength(3)
    expect(runs).toBe(4)
    const answers = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value.text] : []))
    expect(new Set(answers).size).toBe(1)
    expect(await counts()).toEqual({ notes: 1, events: 1 })
  })
})

it('makes the same ids in every process, and other ones for other keys', async () => {
  const ids: string[] = []
  const calls = processes(async (_text, _header) => {
    ids.push(currentUnit().next(), currentUnit().keyFor('/next'))
    throw precondition('NOT_NOW', 'later')
  })
  const key = keyed(uuidv7())
  for (const call of calls) await refusalOf(call(write, 'a', key))
  await refusalOf(calls[0](write, 'a', keyed(uuidv7())))
  expect(ids.slice(2, 4)).toEqual(ids.slice(0, 2))
  expect(new Set(ids).size).toBe(4)
})
