import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { startMesh } from '../../deploy/local/mesh.ts'
import { freePort } from '../../deploy/local/processes.ts'
import { readSecrets } from '../../deploy/local/secrets.ts'
import { contextNames } from '../../services/contexts.ts'
import { pin } from '../cores.ts'
import { databaseUrl, onDatabase } from './database.ts'
import { ownNats } from './own-nats.ts'
import type { Bench } from './setting.ts'
import { type Account, freshPeople, type Person } from './sign-in.ts'

/** The whole mesh in one process on the core of what is measured. */
export interface BenchMesh {
  url: string
  pid: number
  databaseOf(context: string): string
  /** What its processes were given to keep to themselves. */
  secrets: Readonly<NodeJS.ProcessEnv>
  /** Some accounts whose tokens are good for some minutes more. */
  people(count: number): () => Promise<readonly Person[]>
  admin: Account
  stop(): Promise<void>
}

/** Starts `node services/main.ts` on databases of its own. */
export const startBenchMesh = async (bench: Bench, name: string): Promise<BenchMesh> => {
  const { cores, environment, folder, signal } = bench
  const dataDir = join(folder, name)
  mkdirSync(dataDir, { recursive: true })
  const nats = await ownNats(bench, name)
  const prefix = `bench_${name}_`
  const server = environment.TROUPE_POSTGRES_URL ?? ''
  const mesh = await startMesh({
    dataDir,
    split: false,
    port: await freePort(),
    env: { ...environment, TROUPE_NATS_URL: nats.url, TROUPE_DATABASE_PREFIX: prefix, TROUPE_TIME_TRAVEL: '0' },
    log: (line) => bench.report.say(line),
    signal,
  })
  const [child] = mesh.processes.values()
  const pid = child?.pid as number
  pin(cores, pid)
  const secrets = { ...readSecrets(dataDir), ...environment }
  const { TROUPE_BOOTSTRAP_ADMIN: email = '', TROUPE_BOOTSTRAP_ADMIN_PASSWORD: password = '' } = secrets
  const admin = { email, password }
  return {
    url: mesh.url,
    pid,
    secrets,
    databaseOf: (context) => databaseUrl(server, `${prefix}${context}`),
    people: (count) => freshPeople(mesh.url, count, admin),
    admin,
    stop: async () => {
      await mesh.stop()
      await nats.stop()
      for (const context of contextNames) {
        await onDatabase(server, `drop database if exists ${prefix}${context} with (force)`)
      }
    },
  }
}
