import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { type LocalServer, startServer } from './local-server.ts'
import { findAccount } from './postgres-account.ts'
import { assertVersion, findPrograms, forgetMistakenLock, initialise } from './postgres-cluster.ts'
import { endLeftover, freePort } from './processes.ts'
import { type Log, SetupError } from './setup-error.ts'

interface Options {
  /** The folder of all local data; Postgres keeps its own in `postgres` below it. */
  dataDir: string
  /** A random free one where none is given. */
  port?: number | undefined
  /** Whether it may lose what is committed when the machine itself goes down; killed processes lose nothing. */
  isThrowaway?: boolean | undefined
  /** How much of its data it keeps in memory, in MiB; 128 where none is given. */
  buffersMiB?: number | undefined
  log: Log
}

const readPassword = (dataDir: string, isNew: boolean): string => {
  const file = join(dataDir, 'postgres.password')
  if (existsSync(file)) return readFileSync(file, 'utf8').trim()
  if (!isNew) throw new SetupError(`${file} is missing; start afresh with: npm start -- --reset`)
  const password = randomBytes(24).toString('base64url')
  writeFileSync(file, `${password}\n`, { mode: 0o600 })
  return password
}

/** Safe when a process dies, not when the machine does; and a hundred small databases want no vacuuming each minute. */
const throwaway = [
  'fsync=off',
  'full_page_writes=off',
  'wal_level=minimal',
  'max_wal_senders=0',
  'autovacuum_naptime=15min',
]

const settings = (port: number, isThrowaway: boolean, buffersMiB: number): string[] => [
  'listen_addresses=127.0.0.1',
  `port=${port}`,
  'unix_socket_directories=',
  'max_connections=300',
  'synchronous_commit=on',
  `shared_buffers=${buffersMiB}MB`,
  ...(isThrowaway ? throwaway : []),
]

const wrongPassword = '28P01'

const answers = async (url: string): Promise<boolean> => {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 })
  let failure: unknown
  client.on('error', (error) => {
    failure = error
  })
  try {
    await client.connect()
    await client.query('select 1')
    await client.end()
  } catch (error) {
    failure = error
  }
  if (failure instanceof pg.DatabaseError && failure.code === wrongPassword) {
    throw new SetupError('postgres.password is not the password of this data; start afresh with: npm start -- --reset')
  }
  return failure === undefined
}

/** After a crash, processes of the dead server may hold its memory for a moment longer. */
const untilMemoryIsFree = async (start: () => Promise<LocalServer>): Promise<LocalServer> => {
  for (let tries = 40; ; tries--) {
    try {
      return await start()
    } catch (error) {
      if (tries === 0 || !(error instanceof Error && error.message.includes('is still in use'))) throw error
      await sleep(250)
    }
  }
}

/**
 * Starts the embedded Postgres 18 on 127.0.0.1, initialising its data the first time and taking over from a server
 * that a crash left behind. As root it runs as the owner of its data, or the user "postgres".
 *
 * @returns the server; its `url` holds the password and names the database `postgres`
 * @throws SetupError when the data is another version's, or the machine lacks something
 */
export const startPostgres = async (options: Options): Promise<LocalServer> => {
  const { dataDir, port, isThrowaway = false, buffersMiB = 128, log } = options
  mkdirSync(dataDir, { recursive: true })
  const folder = join(dataDir, 'postgres')
  const pidFile = join(dataDir, 'postgres.pid')
  if (await endLeftover(pidFile, 'SIGINT')) log('postgres: stopped the one that an earlier run left behind')
  const isNew = !existsSync(folder)
  if (!isNew) assertVersion(folder)
  const programs = await findPrograms()
  const account = findAccount(programs.postgres, dataDir, folder, log)
  const password = readPassword(dataDir, isNew)
  if (isNew) {
    log('postgres: preparing its data folder (once, about 2 s)')
    await initialise(programs.initdb, folder, password, account)
  }
  forgetMistakenLock(folder)
  const actualPort = port ?? (await freePort())
  const url = `postgres://postgres:${password}@127.0.0.1:${actualPort}/postgres`
  const flags = settings(actualPort, isThrowaway, buffersMiB).flatMap((setting) => ['-c', setting])
  return untilMemoryIsFree(() =>
    startServer({
      name: 'postgres',
      command: [...account.prefix, programs.postgres, '-D', folder, ...flags],
      url,
      logFile: join(dataDir, 'logs', 'postgres.log'),
      pidFile,
      // SIGINT is Postgres' fast shutdown.
      stopSignal: 'SIGINT',
      isReady: () => answers(url),
      spawnOptions: { ...account.spawnOptions, cwd: '/' },
    }),
  )
}
