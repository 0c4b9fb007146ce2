import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { Code, ConnectError } from '@connectrpc/connect'
import { Pool } from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type DomainError, precondition } from '../domain/errors.ts'
import { openDatabase } from '../infrastructure/database.ts'
import type { UnitOfWork } from '../infrastructure/unit-of-work.ts'
import { createUnits, isDatabaseDown, type Units } from '../infrastructure/units.ts'
import { uuidv7 } from '../infrastructure/uuid.ts'
import { entities, inCall, migrations, Note, openFixture, testLog } from './fixture.ts'
import { suiteDatabase } from './suite-database.ts'

let suite: Awaited<ReturnType<typeof suiteDatabase>>
let fixture: Awaited<ReturnType<typeof openFixture>>
let admin: Pool

beforeAll(async () => {
  suite = await suiteDatabase('units', migrations)
  fixture = await openFixture(suite.url)
  admin = new Pool({ connectionString: suite.url, max: 2 })
  admin.on('error', () => {})
})

afterAll(async () => {
  await admin.end()
  await fixture.database.close()
  await suite.drop()
})

const run = <T>(handler: (unit: UnitOfWork) => Promise<T>, key = uuidv7()) =>
  inCall(() => fixture.units.run({ key, handler }))

const write = async (text: string = uuidv7()) => {
  const id = uuidv7()
  await run(async (unit) => unit.add(Note.write(id, 'ann', text)))
  return id
}

const left = async (id: string) => {
  const [row] = await fixture.database.sql<{ notes: number; events: number }>(
    `select (select count(*) from notes where id::text = $1) as notes,
       (select count(*) from event_store where stream_id = $1) as events`,
    id,
  )
  return row
}

const sqlState = (code: string) => ({
  sql: `select test_fail($1)`,
  parameters: [code],
})

describe('a unit of work is run again', () => {
  beforeAll(() =>
    fixture.database.sql(
      `create function test_fail(code text) returns integer language plpgsql as
       $$ begin raise exception 'asked for' using errcode = code; end $$`,
    ),
  )

  it.each(['40001', '40P01'])('after %s, and does what it should when it succeeds', async (code) => {
    const id = uuidv7()
    let runs = 0
    await run(async (unit) => {
      runs += 1
      unit.add(Note.write(id, 'ann', id))
      if (runs < 3) unit.writeRows(sqlState(code))
    })
    expect(runs).toBe(3)
    expect(await left(id)).toEqual({ notes: 1, events: 1 })
  })

  it.each(['40001', '40P01'])('five times after %s, and then gives up', async (code) => {
    const id = uuidv7()
    let runs = 0
    const outcome = run(async (unit) => {
      runs += 1
      unit.add(Note.write(id, 'ann', id))
      unit.writeRows(sqlState(code))
    })
    await expect(outcome).rejects.toMatchObject({ kind: 'conflict', reason: 'TOO_MUCH_CONTENTION' })
    expect(runs).toBe(5)
    expect(await left(id)).toEqual({ notes: 0, events: 0 })
  })

  it('five times when it always loses its lock', async () => {
    const id = await write()
    let runs = 0
    const outcome = run(async (unit) => {
      runs += 1
      const note = (await unit.find(Note, id)) as Note
      note.edit(`mine ${runs}`)
      await run(async (other) => ((await other.find(Note, id)) as Note).touch())
    })
    await expect(outcome).rejects.toMatchObject({ reason: 'TOO_MUCH_CONTENTION' })
    expect(runs).toBe(5)
    expect(await left(id)).toEqual({ notes: 1, events: 6 })
  })

  it('when a write did not touch as many rows as it must, and leaves nothing then', async () => {
    const [one, two] = [await write(), await write()]
    const touch = (ids: string[], count: number) => async (unit: Parameters<Parameters<typeof run>[0]>[0]) => {
      const sql = 'update notes set tags = $2 where id = any($1::uuid[]) returning 1'
      unit.writeRows({ sql, parameters: [ids, ['touched']] }, count)
    }
    await expect(run(touch([one, two], 3))).rejects.toMatchObject({ reason: 'TOO_MUCH_CONTENTION' })
    const touched = () =>
      fixture.database.sql('select 1 from notes where id = any($1) and tags = $2', [one, two], ['touched'])
    expect(await touched()).toEqual([])
    await run(touch([one, two], 2))
    expect(await touched()).toHaveLength(2)
  })

  it('after a check that the context names, and after no other one', async () => {
    const takeOne = (units: Units, id: string) => {
      let runs = 0
      const outcome = inCall(() =>
        units.run({
          key: uuidv7(),
          handler: async (unit) => {
            runs += 1
            const [row] = await fixture.database.sql<{ available: number }>(
              'select available from stock where id = $1',
              id,
            )
            if (runs === 1) await fixture.database.sql('update stock set available = 0 where id = $1', id)
            if (row?.available === 0) return 'none is left'
            unit.write({ sql: 'update stock set available = available - 1 where id = $1', parameters: [id] })
            return 'taken'
          },
        }),
      )
      return outcome.then(
        (value) => ({ value, runs }),
        (error) => ({ code: error.code, runs }),
      )
    }
    const { database, clock } = fixture
    const naming = createUnits({
      ...{ database, clock, constraints: { stock_available_check: 'raced' }, onStored: () => {}, onConflict: () => {} },
      timeFlush: (flush) => flush(),
    })
    const stock = async () => {
      const id = uuidv7()
      await database.sql('insert into stock (id, available, capacity) values ($1, 1, 1)', id)
      return id
    }
    expect(await takeOne(naming, await stock())).toEqual({ value: 'none is left', runs: 2 })
    expect(await takeOne(fixture.units, await stock())).toEqual({ code: '23514', runs: 1 })
  })

  it('not after any other error', async () => {
    let runs = 0
    const outcome = run(async (unit) => {
      runs += 1
      unit.writeRows(sqlState('22023'))
    })
    await expect(outcome).rejects.toMatchObject({ code: '22023' })
    expect(runs).toBe(1)
  })

  it('not after what a called service answered, which is told as it is', async () => {
    for (const code of [Code.NotFound, Code.Unavailable, Code.Internal]) {
      const answer = new ConnectError('said the other', code)
      let runs = 0
      const outcome = run(async () => {
        runs += 1
        throw answer
      })
      await expect(outcome).rejects.toBe(answer)
      expect(runs).toBe(1)
    }
  })

  it('not beside itself: deadlocks of real transactions end with both done', async () => {
    const [a, b] = [await write(), await write()]
    const touchBoth = (ids: string[]) =>
      run(async (unit) => {
        for (const id of ids) ((await unit.find(Note, id)) as Note).edit(uuidv7())
      })
    const results = await Promise.allSettled(Array.from({ length: 6 }, (_, n) => touchBoth(n % 2 ? [a, b] : [b, a])))
    const done = results.filter(({ status }) => status === 'fulfilled').length
    for (const result of results)
      if (result.status === 'rejected') expect(result.reason).toMatchObject({ reason: 'TOO_MUCH_CONTENTION' })
    expect(await left(a)).toEqual({ notes: 1, events: 1 + done })
    expect(await left(b)).toEqual({ notes: 1, events: 1 + done })
  })
})

describe('what runs after a unit', () => {
  const hooked = async (handler: (unit: UnitOfWork, runs: number) => Promise<void>) => {
    const told: string[] = []
    let runs = 0
    const outcome = await run(async (unit) => {
      runs += 1
      unit.afterCommit.push(() => told.push('committed'))
      unit.afterRefusal.push(() => told.push('refused'))
      await handler(unit, runs)
    }).catch((error: unknown) => (error as DomainError).reason)
    return { told, outcome }
  }

  it('is told once that it was committed, or refused, whatever was tried before', async () => {
    expect(await hooked(async (unit, runs) => void (runs < 3 && unit.writeRows(sqlState('40001'))))).toEqual({
      told: ['committed'],
      outcome: undefined,
    })
    expect(await hooked(async (unit) => unit.writeRows(sqlState('40001')))).toEqual({
      told: ['refused'],
      outcome: 'TOO_MUCH_CONTENTION',
    })
    expect(
      await hooked(async () => {
        throw precondition('NO', 'no')
      }),
    ).toEqual({ told: ['refused'], outcome: 'NO' })
  })

  it('is told of a refusal also when the last run came to nothing that would be undone', async () => {
    const told: string[] = []
    let runs = 0
    const outcome = await run(async (unit) => {
      runs += 1
      if (runs > 1) throw precondition('NO', 'no')
      unit.afterRefusal.push(() => told.push('undone'))
      unit.writeRows(sqlState('40001'))
    }).catch((error: unknown) => (error as DomainError).reason)
    expect([told, outcome]).toEqual([['undone'], 'NO'])
  })

  it('is told nothing when nobody knows what was written', async () => {
    expect(await hooked(async (unit) => unit.writeRows(sqlState('57P01')))).toEqual({
      told: [],
      outcome: 'DATABASE_UNAVAILABLE',
    })
  })
})

describe('unique keys within one unit', () => {
  const texts = async (...ids: string[]) => {
    const rows = await fixture.database.sql<{ id: string; text: string }>(
      'select id, text from notes where id = any($1)',
      ids,
    )
    return ids.map((id) => rows.find((row) => row.id === id)?.text)
  }
  const edit = (edits: Record<string, string>) =>
    run(async (unit) => {
      for (const [id, text] of Object.entries(edits)) ((await unit.find(Note, id)) as Note).edit(text)
    })
  const some = async (count: number) => {
    const names = Array.from({ length: count }, () => uuidv7())
    const ids: string[] = []
    for (const name of names) ids.push(await write(name))
    return { ids: ids as [string, string, string], names: names as [string, string, string] }
  }

  it('may be changed of several', async () => {
    const { ids } = await some(2)
    const [a, b] = [uuidv7(), uuidv7()]
    await edit({ [ids[0]]: a, [ids[1]]: b })
    expect(await texts(ids[0], ids[1])).toEqual([a, b])
  })

  it('may be passed on along a chain, in whatever order it was asked for', async () => {
    for (const order of [
      [0, 1, 2],
      [2, 1, 0],
      [1, 0, 2],
    ] as const) {
      const { ids, names } = await some(3)
      const wanted = [names[1], names[2], uuidv7()] as const
      await edit(Object.fromEntries(order.map((n) => [ids[n], wanted[n]])))
      expect(await texts(...ids)).toEqual(wanted)
    }
  })

  it('may be taken over from what goes while a third one changes too', async () => {
    const { ids, names } = await some(2)
    const heir = uuidv7()
    const other = uuidv7()
    await run(async (unit) => {
      unit.add(Note.write(heir, 'eva', names[0]))
      unit.remove((await unit.find(Note, ids[0])) as Note)
      ;((await unit.find(Note, ids[1])) as Note).edit(other)
    })
    expect(await texts(ids[0], heir, ids[1])).toEqual([undefined, names[0], other])
  })

  it('cannot be taken from somebody who keeps it', async () => {
    const { ids, names } = await some(2)
    await expect(edit({ [ids[0]]: names[1] })).rejects.toMatchObject({ reason: 'TEXT_TAKEN' })
    expect(await texts(ids[0], ids[1])).toEqual([names[0], names[1]])
  })
})

describe('a database that is away', () => {
  it.each([
    ['postgresql://troupe:p@127.0.0.1:1/gone', 'nobody listens'],
    ['postgresql://troupe:p@no-such-host.invalid/gone', 'the name is unknown'],
  ])('%s makes UNAVAILABLE: %s', async (url) => {
    const database = openDatabase({ url, poolSize: 1, entities, log: testLog })
    const units = createUnits({
      ...{ database, clock: fixture.clock, constraints: {}, onStored: () => {}, onConflict: () => {} },
      timeFlush: (flush) => flush(),
    })
    const outcome = inCall(() =>
      units.run({ key: 'k', handler: async (unit) => unit.add(Note.write(uuidv7(), 'a', 'b')) }),
    )
    await expect(outcome).rejects.toMatchObject({ kind: 'unavailable', reason: 'DATABASE_UNAVAILABLE' })
    await database.close()
  })

  it('is told from other troubles', () => {
    for (const code of [
      'ECONNREFUSED',
      'ECONNRESET',
      'EAI_AGAIN',
      'EHOSTUNREACH',
      '57P01',
      '57P03',
      '08006',
      '53300',
      '53100',
    ])
      expect(isDatabaseDown({ code })).toBe(true)
    expect(isDatabaseDown(new Error('Query read timeout'))).toBe(true)
    for (const code of ['23505', '40001', '42601', '57014', 'ENOENT', '']) expect(isDatabaseDown({ code })).toBe(false)
    for (const odd of [undefined, null, 'text', 7, new Error('the handler broke')])
      expect(isDatabaseDown(odd)).toBe(false)
  })
})

describe('a connection killed in the middle of a unit', () => {
  const killWhen = async (query: string) => {
    for (;;) {
      const { rows } = await admin.query(
        `select pg_terminate_backend(pid) from pg_stat_activity
         where datname = current_database() and pid <> pg_backend_pid() and state = 'active' and query like $1`,
        [`%${query}%`],
      )
      if (rows.length > 0) return
      await new Promise((done) => setTimeout(done, 10))
    }
  }

  const slow = (mark: string) => ({ sql: `select pg_sleep($1)::text /* ${mark} */`, parameters: [30] })

  it('leaves nothing half done, and the next unit works', async () => {
    const id = uuidv7()
    const outcome = run(async (unit) => {
      unit.add(Note.write(id, 'ann', id))
      unit.writeRows(slow('one statement'))
    })
    const refused = expect(outcome).rejects.toMatchObject({ kind: 'unavailable', reason: 'DATABASE_UNAVAILABLE' })
    await killWhen('one statement')
    await refused
    expect(await left(id)).toEqual({ notes: 0, events: 0 })
    await write()
  })

  it('leaves nothing half done where it takes several statements, and the process lives on', async () => {
    const text = uuidv7()
    const first = await write(text)
    const third = await write()
    const second = uuidv7()
    const outcome = run(async (unit) => {
      unit.remove((await unit.find(Note, first)) as Note)
      unit.add(Note.write(second, 'ben', text))
      ;((await unit.find(Note, third)) as Note).edit(uuidv7())
      unit.writeRows(slow('several statements'))
    })
    const refused = expect(outcome).rejects.toMatchObject({ kind: 'unavailable', reason: 'DATABASE_UNAVAILABLE' })
    await killWhen('several statements')
    await refused
    expect(await left(first)).toEqual({ notes: 1, events: 1 })
    expect(await left(second)).toEqual({ notes: 0, events: 0 })
    expect(await left(third)).toEqual({ notes: 1, events: 1 })
    await write()
  })
})

it('lives on while its connections are ended again and again, whatever runs on them', async () => {
  const end = 'select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and datname = $1'
  const uncaught: unknown[] = []
  const note = (error: unknown) => uncaught.push(error)
  process.on('uncaughtException', note)
  const [old, held] = [await write(), await write()]
  const jobs = [
    () => fixture.database.sql('select pg_sleep(0.002)'),
    () => write(),
    () => fixture.database.sql('select $1::int', 'no number'),
    () =>
      run(async (unit) => {
        for (const id of [old, held]) (await unit.find(Note, id))?.edit(uuidv7())
      }),
  ]
  let isOver = false
  const busy = [...jobs, ...jobs].map(async (job) => {
    while (!isOver) await job().catch(() => new Promise((next) => setTimeout(next, 1)))
  })
  for (let round = 0; round < 150; round += 1) {
    await admin.query(end, [new URL(suite.url).pathname.slice(1)])
    await new Promise((next) => setTimeout(next, 7))
  }
  isOver = true
  await Promise.all(busy)
  process.off('uncaughtException', note)
  expect(uncaught).toEqual([])
  await write()
})

it('survives a network that resets its connections in the middle of a unit', async () => {
  const sockets = new Set<Socket>()
  const { hostname, port } = new URL(suite.url)
  const wire = createServer((socket) => {
    const upstream = connect(Number(port), hostname)
    sockets.add(socket)
    for (const end of [socket, upstream]) end.on('error', () => {})
    socket.pipe(upstream).pipe(socket)
    socket.once('close', () => upstream.destroy())
  })
  wire.listen(0, '127.0.0.1')
  await once(wire, 'listening')
  const url = new URL(suite.url)
  url.port = String((wire.address() as AddressInfo).port)
  const far = await openFixture(url.toString())
  for (const several of [false, true]) {
    const [old, held] = [await write(), await write()]
    const entered = Promise.withResolvers<void>()
    const outcome = inCall(() =>
      far.units.run({
        key: uuidv7(),
        handler: async (unit) => {
          if (several) {
            ;((await unit.find(Note, old)) as Note).edit(uuidv7())
            ;((await unit.find(Note, held)) as Note).edit(uuidv7())
          }
          unit.writeRows({ sql: `select pg_sleep($1)::text`, parameters: [0.5] })
          unit.add(Note.write(uuidv7(), 'ann', uuidv7()))
          entered.resolve()
        },
      }),
    )
    const refused = expect(outcome).rejects.toMatchObject({ reason: 'DATABASE_UNAVAILABLE' })
    await entered.promise
    await new Promise((done) => setTimeout(done, 150))
    for (const socket of sockets) socket.resetAndDestroy()
    await refused
    const find = () => inCall(() => far.units.run({ key: uuidv7(), handler: async (unit) => unit.find(Note, old) }))
    await find()
    // Nobody has noticed yet that what lies in the pool is broken.
    for (const socket of sockets) socket.resetAndDestroy()
    await find()
  }
  await far.database.close()
  wire.close()
})

it('reads on when another version of the program has added a column', async () => {
  const id = await write()
  const find = () => run(async (unit) => (await unit.find(Note, id))?.author)
  expect(await find()).toBe('ann')
  await fixture.database.sql('alter table notes add column later text')
  for (let n = 0; n < 8; n += 1) expect(await find()).toBe('ann')
})
