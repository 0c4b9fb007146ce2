import { execFileSync } from 'node:child_process'
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { jetstreamManager } from '@nats-io/jetstream'
import { connect as connectNats } from '@nats-io/transport-node'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { runCommand } from './check.ts'
import { dataFolder } from './data-folder.ts'
import { type Local, startLocal } from './local.ts'
import type { LocalServer } from './local-server.ts'
import { findOrInstallNatsServer, startNats } from './nats-server.ts'
import { startPostgres } from './postgres.ts'
import { processIdentity, waitUntil } from './processes.ts'

const lines: string[] = []
const log = (line: string) => void lines.push(line)

const folders: string[] = []
const newFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'troupe-local-'))
  chmodSync(folder, 0o711)
  folders.push(folder)
  return folder
}

/** Whatever a test leaves running ends with it. */
const running: { stop(): Promise<void> }[] = []
const keep = <T extends { stop(): Promise<void> }>(server: T): T => {
  running.push(server)
  return server
}

const query = async (url: string, sql: string): Promise<unknown[]> => {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => {}) // the servers here are killed on purpose
  await client.connect()
  try {
    return (await client.query(sql)).rows
  } finally {
    await client.end()
  }
}

let binary: string
beforeAll(async () => {
  binary = process.env.TROUPE_TEST_NATS_SERVER ?? (await findOrInstallNatsServer({ dataDir: dataFolder(), log }))
  process.env.PATH = `${dirname(binary)}:${process.env.PATH}`
})
afterEach(async () => {
  for (const server of running.splice(0).reverse()) await server.stop()
})
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

describe('the local parts together', () => {
  const start = (dataDir: string, reset = false, env: NodeJS.ProcessEnv = {}): Promise<Local> =>
    startLocal({ dataDir, log, env, reset }).then(keep)
  // Where Postgres does not matter.
  const suitePostgres = { TROUPE_POSTGRES_URL: process.env.TROUPE_TEST_POSTGRES_URL }

  it('keep what was stored over a stop and a start, until a reset', async () => {
    const dataDir = newFolder()
    const first = await start(dataDir)
    await query(first.postgresUrl, 'create table kept as select 7 as n')
    await first.stop()

    const second = await start(dataDir)
    expect(await query(second.postgresUrl, 'select n from kept')).toEqual([{ n: 7 }])
    await second.stop()

    const third = await start(dataDir, true)
    await expect(query(third.postgresUrl, 'select n from kept')).rejects.toThrow('does not exist')
  })

  it('refuse a folder that is in use, and take over the lock of a process that is gone', async () => {
    const dataDir = newFolder()
    writeFileSync(join(dataDir, 'lock'), `${process.pid}\nanother process that had this id\n`)
    await start(dataDir, false, suitePostgres)
    await expect(start(dataDir)).rejects.toThrow(`is in use by process ${process.pid}`)
  })

  it('say what to do about data of another layout, and leave the folder free', async () => {
    const dataDir = newFolder()
    writeFileSync(join(dataDir, 'version'), '99\n')
    await expect(start(dataDir)).rejects.toThrow('npm start -- --reset')
    await start(dataDir, true, suitePostgres)
    expect(readFileSync(join(dataDir, 'version'), 'utf8')).not.toContain('99')
  })

  it('reset nothing but a data folder of this project', async () => {
    const dataDir = newFolder()
    writeFileSync(join(dataDir, 'thesis.txt'), 'ten years of work')
    await expect(start(dataDir, true)).rejects.toThrow('left as it is')
    expect(readFileSync(join(dataDir, 'thesis.txt'), 'utf8')).toBe('ten years of work')
  })

  it('start a server that dies again, on its port', async () => {
    const local = await start(newFolder(), false, suitePostgres)
    const killed = local.natsPid ?? 0
    process.kill(killed, 'SIGKILL')
    expect(await waitUntil(() => local.natsPid !== killed, 5_000)).toBe(true)
    const connection = await connectNats({ servers: local.natsUrl })
    await connection.close()
  })
})

describe('Postgres', () => {
  let prepared: string | undefined
  /** A folder with data that was initialised before, once for all. */
  const preparedFolder = async (): Promise<string> => {
    if (!prepared) {
      prepared = newFolder()
      await (await startPostgres({ dataDir: prepared, log })).stop()
    }
    const folder = newFolder()
    execFileSync('cp', ['-a', `${prepared}/.`, folder])
    return folder
  }

  it('has every committed row after a SIGKILL, and keeps its settings', async () => {
    const dataDir = await preparedFolder()
    const first = keep(await startPostgres({ dataDir, log }))
    await query(first.url, 'create table kept as select generate_series(1, 1000) as n')
    first.kill()
    await first.exited
    const second = keep(await startPostgres({ dataDir, log }))
    expect(await query(second.url, 'select count(*)::int as n from kept')).toEqual([{ n: 1000 }])
    const wanted = { fsync: 'on', synchronous_commit: 'on', max_connections: '300', server_encoding: 'UTF8' }
    for (const [name, value] of Object.entries(wanted)) {
      expect(await query(second.url, `show ${name}`)).toEqual([{ [name]: value }])
    }
  })

  it('ends the server that a crash of ours left running', async () => {
    const dataDir = await preparedFolder()
    const orphan = keep(await startPostgres({ dataDir, log }))
    const second = keep(await startPostgres({ dataDir, log }))
    expect(processIdentity(orphan.pid)).toBeUndefined()
    expect(await query(second.url, 'select 1 as n')).toEqual([{ n: 1 }])
  })

  it('is not misled by a stale lock file whose process id belongs to another program now', async () => {
    const dataDir = await preparedFolder()
    const first = keep(await startPostgres({ dataDir, log }))
    const lock = join(dataDir, 'postgres', 'postmaster.pid')
    const text = readFileSync(lock, 'utf8')
    await first.stop()
    writeFileSync(lock, text.replace(/^\d+/, String(process.pid)))
    keep(await startPostgres({ dataDir, log }))
  })

  it('says what to do about data of another major version', async () => {
    const dataDir = await preparedFolder()
    writeFileSync(join(dataDir, 'postgres', 'PG_VERSION'), '17\n')
    await expect(startPostgres({ dataDir, log })).rejects.toThrow(/written by Postgres 17.*--reset.*TROUPE_DATA/)
  })
})

describe('nats-server', () => {
  const streams = async ({ url }: LocalServer) => {
    const connection = await connectNats({ servers: url })
    const manager = await jetstreamManager(connection)
    const names: string[] = []
    for await (const { config } of manager.streams.list()) names.push(config.name)
    return { connection, manager, names }
  }

  it('has its streams after a SIGKILL, and takes messages up to 8 MiB', async () => {
    const dataDir = newFolder()
    const first = keep(await startNats({ binary, dataDir, log }))
    const before = await streams(first)
    await before.manager.streams.add({ name: 'kept', subjects: ['kept.>'] })
    expect(before.connection.info?.max_payload).toBe(8 * 1024 * 1024)
    await before.connection.close()
    first.kill()
    await first.exited
    const second = keep(await startNats({ binary, dataDir, log }))
    const after = await streams(second)
    expect(after.names).toEqual(['kept'])
    await after.connection.close()
  })
})

describe('npm start', () => {
  const npmStart = (args: string[], env: NodeJS.ProcessEnv) =>
    runCommand([process.execPath, join(import.meta.dirname, 'start.ts'), ...args], {
      env,
      signal: AbortSignal.timeout(20_000),
      show: 'nothing',
    })

  it('names the setting to change when its port is taken', async () => {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as { port: number }
    const { ok, output } = await npmStart([], { TROUPE_PORT: String(port), TROUPE_DATA: newFolder() })
    server.close()
    expect(ok).toBe(false)
    expect(output).toMatch(new RegExp(`port ${port} is taken.*TROUPE_PORT=`))
  })

  it('refuses an option it does not know, with its usage', async () => {
    const { ok, output } = await npmStart(['--splt'], {})
    expect(ok).toBe(false)
    expect(output).toContain('--splt')
    expect(output).toContain('Usage: npm start')
  })
})
