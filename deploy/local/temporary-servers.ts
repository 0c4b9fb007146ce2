import { chmodSync, existsSync, globSync, mkdirSync, mkdtempSync, rmSync, statfsSync } from 'node:fs'
import { freemem, tmpdir } from 'node:os'
import { join } from 'node:path'
import { dataFolder } from './data-folder.ts'
import { findOrInstallMediaPrograms } from './media-programs.ts'
import { findOrInstallNatsServer, startNats } from './nats-server.ts'
import { startPostgres } from './postgres.ts'
import { endLeftover } from './processes.ts'
import type { Log } from './setup-error.ts'

/** Ends the servers of those who were interrupted before they could do so. */
const endServersBelow = async (folder: string): Promise<void> => {
  for (const file of globSync('{*,*/*}/{postgres,nats}.pid', { cwd: folder })) {
    await endLeftover(join(folder, file), file.endsWith('postgres.pid') ? 'SIGINT' : 'SIGTERM')
  }
}

const memory = '/dev/shm'
const roomyBytes = 12 * 2 ** 30

/** In memory where that is a file system with room: thousands of small files come and go with the databases of tests. */
const placeForThrowaways = (): string => {
  if (!existsSync(memory)) return tmpdir()
  const { bavail, bsize } = statfsSync(memory)
  return Math.min(bavail * bsize, freemem()) > roomyBytes ? memory : tmpdir()
}

/**
 * Runs `use` with a folder of its own, open to the user that Postgres runs as. Afterwards it is gone, with all servers
 * that have their data one or two folders below it.
 */
export const withTemporaryFolder = async <T>(
  use: (folder: string) => Promise<T>,
  { isThrowaway = false }: { isThrowaway?: boolean | undefined } = {},
): Promise<T> => {
  const folder = mkdtempSync(join(isThrowaway ? placeForThrowaways() : tmpdir(), 'troupe-test-'))
  chmodSync(folder, 0o711)
  try {
    return await use(folder)
  } finally {
    await endServersBelow(folder)
    rmSync(folder, { recursive: true, force: true })
  }
}

interface Wanted {
  log: Log
  isThrowaway?: boolean
  buffersMiB?: number
  /** Whether programs for sound and film are to be there already; true unless given. Else they come meanwhile. */
  hasPrograms?: boolean
}

/**
 * Runs `use` with a Postgres and a NATS of its own, which are gone afterwards, and with the programs for sound and film.
 * What is measured wants a Postgres that waits for the disk; what is only tested may have one that is a throwaway.
 */
export const withServers = <T>(
  { log, hasPrograms = true, ...kind }: Wanted,
  use: (env: NodeJS.ProcessEnv, folder: string) => Promise<T>,
): Promise<T> =>
  withTemporaryFolder(async (temporary) => {
    const folder = join(temporary, 'servers')
    mkdirSync(folder, { mode: 0o711 })
    const servers: { stop(): Promise<void> }[] = []
    const giveUp = new AbortController()
    const media = findOrInstallMediaPrograms({ dataDir: dataFolder(), log, signal: giveUp.signal })
    try {
      const binary = await findOrInstallNatsServer({ dataDir: dataFolder(), log })
      const postgres = await startPostgres({ dataDir: folder, ...kind, log })
      servers.push(postgres)
      const nats = await startNats({ binary, dataDir: folder, log })
      servers.push(nats)
      if (hasPrograms) await media.ready
      const env = {
        ...media.env,
        TROUPE_TEST_POSTGRES_URL: postgres.url,
        TROUPE_TEST_NATS_URL: nats.url,
        TROUPE_TEST_NATS_SERVER: binary,
        TMPDIR: temporary,
      }
      return await use(env, folder)
    } finally {
      giveUp.abort()
      await media.ready
      for (const server of servers.reverse()) await server.stop()
    }
  }, kind)
