import fc from 'fast-check'
import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Link } from '../../../tests/chaos/link.ts'
import { type Database, openDatabase } from '../infrastructure/database.ts'
import { uuidv7 } from '../infrastructure/uuid.ts'
import { migrations, testLog } from './fixture.ts'
import { suiteDatabase } from './suite-database.ts'

let suite: Awaited<ReturnType<typeof suiteDatabase>>
let database: Database
let other: Client

beforeAll(async () => {
  suite = await suiteDatabase('pipeline', migrations)
  database = openDatabase({ url: suite.url, poolSize: 4, entities: [], log: testLog })
  other = new Client({ connectionString: suite.url })
  await other.connect()
})

afterAll(async () => {
  await other.end()
  await database.close()
  await suite.drop()
})

const upTo = (count: number) => Array.from({ length: count }, (_, n) => n)
const squareOf = (n: number) => database.look('select $1::int * $1::int as square', n)
const pids = (count: number) =>
  Promise.all(upTo(count).map(() => database.look<{ pid: number }>('select pg_backend_pid() as pid')))

describe('what is looked up at the same time', () => {
  it('is asked on one connection, and each gets its own answer, turn after turn', async () => {
    expect(new Set((await pids(50)).map(([row]) => row?.pid)).size).toBe(1)
    const worker = async (from: number) => {
      for (const n of upTo(20)) expect(await squareOf(from + n)).toEqual([{ square: (from + n) ** 2 }])
    }
    await Promise.all(upTo(30).map((n) => worker(n * 100)))
    expect(database.pool.totalCount).toBe(0)
  })

  it('fails alone', async () => {
    const circle: unknown[] = []
    circle.push({ toPostgres: () => circle[0] })
    const kinds = fc.array(fc.constantFrom('right', 'zero', 'syntax', 'circle'), { minLength: 1, maxLength: 40 })
    const ask = {
      right: (n: number) => squareOf(n),
      zero: () => database.look('select 1 / $1::int', 0),
      syntax: () => database.look('select nonsense from nowhere'),
      circle: () => database.look('select $1::text', circle[0]),
    }
    const expected = { right: 'right', zero: '22012', syntax: '42P01', circle: 'circular' }
    await fc.assert(
      fc.asyncProperty(kinds, async (all) => {
        const results = await Promise.allSettled(all.map((kind, n) => ask[kind](n)))
        const told = results.map((result, n) => {
          if (result.status === 'rejected') return result.reason.code ?? /circular/.exec(result.reason.message)?.[0]
          expect(result.value).toEqual([{ square: n ** 2 }])
          return 'right'
        })
        expect(told).toEqual(all.map((kind) => expected[kind]))
      }),
      { numRuns: 40 },
    )
    expect(new Set((await pids(3)).map(([row]) => row?.pid)).size).toBe(1)
  })

  it('is held up for moments by one that waits for a lock, which is run by itself', async () => {
    const id = uuidv7()
    await database.sql(`insert into notes (id, text, author, tags) values ($1, 'x', 'now', '{}')`, id)
    await other.query('begin')
    await other.query('select 1 from notes where id = $1 for update', [id])
    let waits = true
    const blocked = database.look(`update notes set author = 'later' where id = $1 returning author`, id)
    const after = blocked.finally(() => {
      waits = false
    })
    await Promise.all([squareOf(1), squareOf(2)])
    await squareOf(3)
    expect(waits).toBe(true)
    await other.query('commit')
    expect(await after).toEqual([{ author: 'later' }])
  })

  it('is refused when the connection breaks, and what comes later goes through', async () => {
    const broken = [database.look('select pg_sleep(5)'), squareOf(1)]
    const outcome = Promise.allSettled(broken)
    await new Promise((done) => setTimeout(done, 100))
    await other.query(`select pg_terminate_backend(pid) from pg_stat_activity where query = 'select pg_sleep(5)'`)
    expect((await outcome).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    expect(await squareOf(5)).toEqual([{ square: 25 }])
  })

  it('goes on after a table got another column', async () => {
    await database.sql('create table growing (id int primary key)')
    await database.sql('insert into growing values (1)')
    const look = () => Promise.all(upTo(3).map(() => database.look('select * from growing where id = 1')))
    expect(await look()).toEqual(upTo(3).map(() => [{ id: 1 }]))
    await other.query(`alter table growing add name text default 'new'`)
    for (let n = 0; n < 3; n += 1) expect(await look()).toEqual(upTo(3).map(() => [{ id: 1, name: 'new' }]))
  })
})

it('is given up when the connection does not answer any more, and what comes later has another one', async () => {
  const url = new URL(suite.url)
  const link = await Link.open({ host: url.hostname, port: Number(url.port) })
  url.port = String(link.port)
  const cut = openDatabase({ url: url.toString(), poolSize: 1, entities: [], log: testLog, answerWithinMs: 1000 })
  try {
    await cut.look('select 1')
    link.set({ kind: 'silent' })
    link.set({ kind: 'open' })
    const both = await Promise.allSettled([cut.look('select 1'), cut.look('select 2')])
    expect(both.map((each) => each.status === 'rejected' && each.reason.message)).toEqual(
      upTo(2).map(() => 'Query read timeout'),
    )
    expect(await cut.look('select 1 as one')).toEqual([{ one: 1 }])
    // An answer that comes in time sets the clock anew: steady work on one connection is not given up.
    const until = performance.now() + 1500
    while (performance.now() < until) await Promise.all([cut.look('select pg_sleep(0.1)'), cut.look('select 1')])
  } finally {
    await cut.close()
    await link.close()
  }
})
