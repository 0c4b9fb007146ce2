import { join } from 'node:path'
import { claimDataFolder } from './data-folder.ts'
import { findOrInstallNatsServer, startNats } from './nats-server.ts'
import { startPostgres } from './postgres.ts'
import { endLeftover } from './processes.ts'
import type { Log } from './setup-error.ts'
import { type SupervisedServer, supervise } from './supervise.ts'

interface Options {
  /** Absolute path; everything local is kept below it. */
  dataDir: string
  log: Log
  /** `TROUPE_POSTGRES_URL` and `TROUPE_NATS_URL` name servers of one's own, used instead of local ones. */
  env: NodeJS.ProcessEnv
  /** Wipes the data folder first. */
  reset?: boolean
}

/** The parts that the mesh stands on. */
export interface Local {
  readonly postgresUrl: string
  readonly natsUrl: string
  /** Of the local nats-server that runs at present; absent with one's own. */
  readonly natsPid?: number
  /** Stops NATS, then Postgres, and gives the folder free. */
  stop(): Promise<void>
  /** Ends both at once, as a crash would. */
  kill(): void
}

const ownServer = (url: string): SupervisedServer => ({ url, pid: 0, stop: async () => {}, kill: () => {} })

const startBoth = async ({ dataDir, log, env }: Options): Promise<[SupervisedServer, SupervisedServer]> => {
  const postgres = env.TROUPE_POSTGRES_URL
    ? ownServer(env.TROUPE_POSTGRES_URL)
    : supervise('postgres', (port) => startPostgres({ dataDir, port, log }), log)
  const natsServer = async () => {
    const binary = await findOrInstallNatsServer({ dataDir, log })
    return supervise('nats', (port) => startNats({ binary, dataDir, port, log }), log)
  }
  const nats = env.TROUPE_NATS_URL ? ownServer(env.TROUPE_NATS_URL) : natsServer()
  const results = await Promise.allSettled([postgres, nats])
  const failed = results.find((result) => result.status === 'rejected')
  if (!failed) return Promise.all([postgres, nats])
  for (const result of results) if (result.status === 'fulfilled') await result.value.stop()
  throw failed.reason
}

/**
 * Starts Postgres and NATS, side by side, on the data folder, which is this process's own until stopped. Either is
 * started again on its port should it die.
 *
 * @throws SetupError that says what to do: another process has the folder, another version wrote it, a part is missing
 */
export const startLocal = async (options: Options): Promise<Local> => {
  const { dataDir, reset } = options
  const endLeftovers = async () => {
    await endLeftover(join(dataDir, 'postgres.pid'), 'SIGINT')
    await endLeftover(join(dataDir, 'nats.pid'), 'SIGTERM')
  }
  const claim = await claimDataFolder({ dataDir, reset, beforeReset: endLeftovers })
  try {
    const [postgres, nats] = await startBoth(options)
    return {
      postgresUrl: postgres.url,
      natsUrl: nats.url,
      get natsPid() {
        return nats.pid
      },
      stop: async () => {
        await nats.stop()
        await postgres.stop()
        claim.release()
      },
      kill: () => {
        nats.kill()
        postgres.kill()
      },
    }
  } catch (error) {
    claim.release()
    throw error
  }
}
