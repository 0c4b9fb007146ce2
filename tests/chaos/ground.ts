import { rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Client } from 'pg'
import { type ContextName, contextNames } from '../../services/contexts.ts'
import { meshDatabase } from '../../services/shared/tests/suite-database.ts'
import { type ChaosMesh, type Replicas, startChaosMesh } from './chaos-mesh.ts'
import { type ChaosServer, startChaosNats, startChaosPostgres } from './servers.ts'
import { type World, withDatabase } from './world.ts'

/** What the seeds of one run stand on: a Postgres for all, and a nats-server and a mesh for each. */
export interface Ground {
  /** Runs `use` with new databases, an empty nats-server and a mesh, which are gone afterwards. */
  withWorld<T>(options: WorldOptions, use: (world: World, logs: string) => Promise<T>): Promise<T>
}

export interface WorldOptions {
  /** Tells this world's databases and folders from others'. */
  name: string
  replicas?: Replicas | undefined
  /** Contexts that share one process, where others have their own. */
  together?: readonly ContextName[] | undefined
  env?: NodeJS.ProcessEnv
}

// Who writes an author's name here leaves a trace each time, which the read model itself does not.
const traceOfEffects = [
  'create table chaos_effects (author_id uuid not null)',
  `create function chaos_effect() returns trigger language plpgsql as
   $$ begin insert into chaos_effects values (new.author_id); return null; end $$`,
  'create trigger chaos_effect after insert or update on authors for each row execute function chaos_effect()',
]

const checkpointWithinMs = 60_000

const dropDatabases = (world: Pick<World, 'postgres' | 'databasePrefix'>): Promise<void> => {
  const drop = async (client: Client): Promise<void> => {
    const { rows } = await client.query<{ datname: string }>(
      'select datname from pg_database where starts_with(datname, $1)',
      [world.databasePrefix],
    )
    // Each waits for a checkpoint.
    for (const { datname } of rows) await client.query(`drop database "${datname}" with (force)`)
  }
  return withDatabase(world, undefined, drop, checkpointWithinMs)
}

interface GroundOptions {
  folder: string
  withDisks: boolean
  /** Whether Postgres need not wait for the disk; killed processes lose nothing all the same. */
  isThrowaway?: boolean
  binary: string
  signal?: AbortSignal
}

/**
 * Starts Postgres in the folder and runs `use`. `withDisks` puts the servers' data on small disks that can be filled,
 * where such can be mounted. When the signal aborts, what runs is given up and cleared away.
 */
export const withGround = async <T>(
  { folder, withDisks, isThrowaway = false, binary, signal }: GroundOptions,
  use: (ground: Ground) => Promise<T>,
): Promise<T> => {
  const postgres: ChaosServer = await startChaosPostgres(join(folder, 'servers'), { withDisk: withDisks, isThrowaway })
  const interrupted = new Promise<never>((_, reject) => {
    signal?.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
  interrupted.catch(() => {}) // there may be nothing to interrupt
  const withWorld: Ground['withWorld'] = async ({ name, replicas, together, env }, run) => {
    const dataDir = join(folder, name)
    const databasePrefix = `${name.replaceAll('-', '_')}_`
    const nats = await startChaosNats(dataDir, binary, withDisks)
    let mesh: ChaosMesh | undefined
    const pools: World['pools'] = new Map()
    try {
      // Where a disk is small, copies would fill it.
      if (!withDisks) for (const context of contextNames) await meshDatabase(postgres.url, databasePrefix, context)
      mesh = await startChaosMesh({
        dataDir,
        replicas,
        together,
        databasePrefix,
        postgresUrl: postgres.url,
        natsUrl: nats.url,
        ...(env && { env }),
      })
      const world: World = {
        mesh,
        postgres,
        nats,
        databasePrefix,
        dataDir,
        pools,
        poison: [],
        lostPoison: [],
        wipes: 0,
      }
      await withDatabase(world, 'story', async (client) => {
        for (const sql of traceOfEffects) await client.query(sql)
      })
      // What a crash is recovered from shall be what the mesh did, not that its databases were made.
      await withDatabase(world, undefined, (client) => client.query('checkpoint'), checkpointWithinMs)
      return await Promise.race([run(world, join(dataDir, 'logs')), interrupted])
    } finally {
      await mesh?.stop()
      await Promise.all([...pools.values()].map((pool) => pool.end()))
      await nats.stop()
      nats.disk?.unmount()
      await postgres.start()
      await dropDatabases({ postgres, databasePrefix })
      rmSync(dataDir, { recursive: true, force: true })
    }
  }
  try {
    return await use({ withWorld })
  } finally {
    await postgres.stop()
    postgres.disk?.unmount()
  }
}
