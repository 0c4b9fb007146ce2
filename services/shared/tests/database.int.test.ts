import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Client } from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { Link } from '../../../tests/chaos/link.ts'
import { openDatabase } from '../infrastructure/database.ts'
import { migrate } from '../infrastructure/migrate.ts'
import { migrations, testLog } from './fixture.ts'
import { suiteDatabase } from './suite-database.ts'

let suite: Awaited<ReturnType<typeof suiteDatabase>>
let link: Link

beforeAll(async () => {
  suite = await suiteDatabase('database', migrations)
  const url = new URL(suite.url)
  link = await Link.open({ host: url.hostname, port: Number(url.port) })
})

afterAll(async () => {
  await link.close()
  await suite.drop()
})

it('is left alone when it is up to date, whoever else migrates', async () => {
  const other = new Client({ connectionString: suite.url })
  await other.connect()
  await other.query('select pg_advisory_lock($1)', [0x7472_6f75])
  await migrate(suite.url, migrations)
  await other.end()
})

it('keeps its connection when the server refuses a statement', async () => {
  const database = openDatabase({ url: suite.url, poolSize: 1, entities: [], log: testLog })
  const [before] = await database.sql('select pg_backend_pid() as pid')
  await expect(database.sql('select 1 / $1::int', 0)).rejects.toMatchObject({ code: '22012' })
  expect(await database.sql('select pg_backend_pid() as pid')).toEqual([before])
  await expect(database.sql('select pg_terminate_backend(pg_backend_pid())')).rejects.toMatchObject({ code: '57P01' })
  const [after] = await database.sql('select pg_backend_pid() as pid')
  expect(after?.pid).not.toBe(before?.pid)
  await database.close()
})

it('gives up all its connections when one does not answer any more, and goes on with new ones', async () => {
  const url = new URL(suite.url)
  url.port = String(link.port)
  const database = openDatabase({ url: url.toString(), poolSize: 4, entities: [], log: testLog, answerWithinMs: 400 })
  await Promise.all(Array.from({ length: 4 }, () => database.sql('select pg_sleep(0.05)')))
  expect(database.pool.totalCount).toBe(4)
  link.set({ kind: 'silent' })
  link.set({ kind: 'open' })
  await expect(database.sql('select 1')).rejects.toThrow('Query read timeout')
  for (let n = 0; n < 4; n += 1) expect(await database.sql('select 1 as one')).toEqual([{ one: 1 }])
  await database.close()
})

it('gives up what nobody uses of all databases of a server that does not answer any more', async () => {
  const url = new URL(suite.url)
  url.port = String(link.port)
  const open = () => openDatabase({ url: url.toString(), poolSize: 2, entities: [], log: testLog, answerWithinMs: 400 })
  const [one, other] = [open(), open()]
  const useAll = (database: typeof one) =>
    Promise.all([database.sql('select 1'), database.look('select 1'), database.commit('select 1', [])])
  await useAll(one)
  await useAll(other)
  link.set({ kind: 'silent' })
  link.set({ kind: 'open' })
  await expect(one.sql('select 1')).rejects.toThrow('Query read timeout')
  await useAll(one)
  await useAll(other)
  await Promise.all([one.close(), other.close()])
})

it('commits on when the connection that units share does not answer any more', async () => {
  const url = new URL(suite.url)
  url.port = String(link.port)
  const database = openDatabase({ url: url.toString(), poolSize: 4, entities: [], log: testLog, answerWithinMs: 400 })
  await database.commit('select 1', [])
  link.set({ kind: 'silent' })
  link.set({ kind: 'open' })
  const both = [database.commit('select 1', []), database.commit('select 2', [])]
  expect((await Promise.allSettled(both)).map(({ status }) => status)).toContain('rejected')
  await database.commit('select 1', [])
  await database.close()
})

it('leaves nothing behind that only a full collection takes away', async () => {
  const program = ['--expose-gc', join(import.meta.dirname, 'left-behind.ts'), suite.url]
  const { stdout } = await promisify(execFile)(process.execPath, program)
  const { sql, look } = JSON.parse(stdout)
  // A query of pg with its own time-out leaves two kilobytes.
  expect(sql).toBeLessThan(700)
  expect(look).toBeLessThan(700)
})
