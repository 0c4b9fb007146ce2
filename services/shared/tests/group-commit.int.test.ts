import fc from 'fast-check'
import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Database, openDatabase } from '../infrastructure/database.ts'
import { uuidv7 } from '../infrastructure/uuid.ts'
import { entities, migrations, testLog } from './fixture.ts'
import { suiteDatabase } from './suite-database.ts'

let suite: Awaited<ReturnType<typeof suiteDatabase>>
let database: Database

beforeAll(async () => {
  suite = await suiteDatabase('group-commit', migrations)
  database = openDatabase({ url: suite.url, poolSize: 4, entities, log: testLog })
})

afterAll(async () => {
  await database.close()
  await suite.drop()
})

const insert = 'insert into notes (id, text, author, tags) values ($1, $2, $3, $4)'

const write = (author: string, text: string, tags: string[] = []) =>
  database.commit(insert, [uuidv7(), text, author, tags])

const textsOf = async (author: string) =>
  (await database.sql<{ text: string }>('select text from notes where author = $1 order by text', author)).map(
    ({ text }) => text,
  )

/** How many transactions wrote the notes of an author. */
const transactionsOf = async (author: string) => {
  const [row] = await database.sql<{ n: number }>(
    'select count(distinct xmin::text) as n from notes where author = $1',
    author,
  )
  return row?.n
}

const numbered = (count: number, author: string) => Array.from({ length: count }, (_, n) => `${author} ${1000 + n}`)

describe('statements that come together', () => {
  it('share as few transactions as hold them, the first one with the others of its turn', async () => {
    const author = uuidv7()
    const texts = numbered(100, author)
    await Promise.all(texts.map((text) => write(author, text)))
    expect(await textsOf(author)).toEqual(texts)
    expect(await transactionsOf(author)).toBe(2)
  })

  it('keep values of every kind', async () => {
    const author = uuidv7()
    await Promise.all([write(author, `${author} ä\u{1f600}`, ['a,b', '"c"', '']), write(author, `${author} b`)])
    const rows = await database.sql('select tags from notes where author = $1 order by text desc', author)
    expect(rows).toEqual([{ tags: ['a,b', '"c"', ''] }, { tags: [] }])
  })

  it('fail alone, each as if it had run by itself', async () => {
    const taken = uuidv7()
    await write('first', taken)
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom('right', 'taken', 'wrong'), { minLength: 1, maxLength: 80 }),
        async (kinds) => {
          const author = uuidv7()
          const results = await Promise.allSettled(
            kinds.map((kind, n) => {
              if (kind === 'wrong') return database.commit('select 1 / $1::int', [0])
              return write(author, kind === 'taken' ? taken : `${author} ${n}`)
            }),
          )
          const codes = results.map((result) => (result.status === 'fulfilled' ? 'right' : result.reason.code))
          const expected = { right: 'right', taken: '23505', wrong: '22012' }
          expect(codes).toEqual(kinds.map((kind) => expected[kind]))
          expect(await textsOf(author)).toHaveLength(kinds.filter((kind) => kind === 'right').length)
        },
      ),
      { numRuns: 30 },
    )
  })

  it('know a statement whose company failed before it was prepared', async () => {
    const author = uuidv7()
    const fresh = `${insert} returning '${author}'`
    const wrong = database.commit('select 1 / $1::int', [0])
    const behind = [1, 2].map((n) => database.commit(fresh, [uuidv7(), `${author} ${n}`, author, []]))
    await expect(wrong).rejects.toMatchObject({ code: '22012' })
    await Promise.all(behind)
    await Promise.all([3, 4].map((n) => database.commit(fresh, [uuidv7(), `${author} ${n}`, author, []])))
    expect(await textsOf(author)).toHaveLength(4)
  })

  it('are not held up by one that waits for a lock', async () => {
    const id = uuidv7()
    await database.commit(insert, [id, id, 'locked', []])
    const other = new Client({ connectionString: suite.url })
    await other.connect()
    try {
      await other.query('begin')
      await other.query('select 1 from notes where id = $1 for update', [id])
      let waited = true
      const author = uuidv7()
      const blocked = database.commit('update notes set author = $2 where id = $1', [id, author]).then(() => {
        waited = false
      })
      await Promise.all(numbered(20, author).map((text) => write(author, text)))
      await write(author, `${author} later`)
      expect(waited).toBe(true)
      await other.query('commit')
      await blocked
      expect(await textsOf(author)).toHaveLength(22)
    } finally {
      await other.end()
    }
  })

  it('are refused when their connection is lost, and those behind them go through', async () => {
    const author = uuidv7()
    await write(author, `${author} before`)
    const slow = database.commit('select pg_sleep($1::float8)', [5])
    await new Promise((done) => setTimeout(done, 100))
    const behind = write(author, `${author} behind`)
    const terminate = `select pg_terminate_backend(pid) from pg_stat_activity where query like 'select pg_sleep%'`
    await Promise.all([expect(slow).rejects.toMatchObject({ code: '57P01' }), behind, database.sql(terminate)])
    await write(author, `${author} after`)
    expect(await textsOf(author)).toEqual([`${author} after`, `${author} before`, `${author} behind`])
  })

  it('refuse a value that the protocol cannot take, without harm to the others', async () => {
    const author = uuidv7()
    const circle: unknown[] = []
    circle.push({ toPostgres: () => circle[0] })
    const refused = database.commit('select $1::text', [circle[0]])
    await Promise.all([expect(refused).rejects.toThrow(/circular/), write(author, author)])
    expect(await textsOf(author)).toEqual([author])
  })
})
