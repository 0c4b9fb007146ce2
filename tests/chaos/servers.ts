import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { Client } from 'pg'
import { startNats } from '../../deploy/local/nats-server.ts'
import { startPostgres } from '../../deploy/local/postgres.ts'
import { type Crashable, crashable } from './crashable.ts'
import { type SmallDisk, smallDisk } from './disk.ts'

const postgresMebibytes = 640
const natsMebibytes = 96

/** A server with its data on a disk that can be filled, where one can be mounted. */
export interface ChaosServer extends Crashable {
  disk: SmallDisk | undefined
}

export type ChaosNats = ChaosServer & {
  /** Loses all streams; only while it does not run. */
  wipe(): void
}

const quietly = () => {}

const withClient = async (url: string, run: (client: Client) => Promise<unknown>): Promise<void> => {
  const client = new Client({ connectionString: url })
  await client.connect()
  await run(client).finally(() => client.end())
}

const ownFolder = (folder: string): string => {
  mkdirSync(folder, { recursive: true, mode: 0o711 })
  return folder
}

/** Starts a Postgres whose log of writes stays small. */
export const startChaosPostgres = async (
  folder: string,
  { withDisk, isThrowaway }: { withDisk: boolean; isThrowaway: boolean },
): Promise<ChaosServer> => {
  const disk = withDisk ? smallDisk(ownFolder(folder), postgresMebibytes) : undefined
  const dataDir = ownFolder(folder)
  const server = await crashable((port) => startPostgres({ dataDir, port, isThrowaway, log: quietly }))
  await withClient(server.url, async (client) => {
    await client.query(`alter system set max_wal_size = '64MB'`)
    await client.query(`alter system set min_wal_size = '32MB'`)
    await client.query('select pg_reload_conf()')
  })
  return Object.assign(server, { disk })
}

/** Starts a nats-server with empty streams. */
export const startChaosNats = async (folder: string, binary: string, withDisk: boolean): Promise<ChaosNats> => {
  const disk = withDisk ? smallDisk(join(ownFolder(folder), 'nats'), natsMebibytes) : undefined
  const dataDir = ownFolder(folder)
  const server = await crashable((port) => startNats({ binary, dataDir, port, log: quietly }))
  return Object.assign(server, {
    disk,
    wipe: () => rmSync(join(dataDir, 'nats', 'jetstream'), { recursive: true, force: true }),
  })
}
