import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Mesh, startMesh } from '../deploy/local/mesh.ts'
import { freePort } from '../deploy/local/processes.ts'
import { readSecrets } from '../deploy/local/secrets.ts'
import { contextNames } from '../services/contexts.ts'
import { meshDatabase } from '../services/shared/tests/suite-database.ts'
import { suiteNats } from './suite-nats.ts'

/** What a suite needs to know of the mesh that runs for it. */
export interface TestMeshFacts {
  url: string
  split: boolean
  admin: { email: string; password: string }
  /** What services of the mesh prove themselves with, base64. */
  serviceSecret: string
  postgresUrl: string
  databasePrefix: string
  /** Where it keeps files: logs and what JetStream holds among them. */
  folders: string[]
}

/** A mesh that a suite may kill and start again. */
export interface OwnMesh {
  facts: TestMeshFacts
  /** The folder of its data and logs. */
  dataDir: string
  nats: Awaited<ReturnType<typeof suiteNats>>
  current(): Mesh
  /** SIGKILL to every process. */
  kill(): Promise<void>
  start(): Promise<void>
  stop(): Promise<void>
}

export interface TestMeshOptions {
  /** Overrides settings of its processes. */
  env?: NodeJS.ProcessEnv
  /** Contexts of a split mesh that share one process: each costs seconds to start. */
  together?: readonly string[] | undefined
}

/** Starts a mesh of its own for tests: own databases, own nats-server, limits counted but out of the way. */
export const startTestMesh = async (
  name: string,
  split: boolean,
  { env = {}, together }: TestMeshOptions = {},
): Promise<OwnMesh> => {
  const postgresUrl = process.env.TROUPE_TEST_POSTGRES_URL
  if (!postgresUrl) throw new Error('TROUPE_TEST_POSTGRES_URL is not set: run tests with npm test')
  const dataDir = mkdtempSync(join(tmpdir(), `troupe-${name}-`))
  const nats = await suiteNats()
  const databasePrefix = `${name.replaceAll('-', '_')}_${process.pid}_`
  const port = await freePort()
  const start = () =>
    startMesh({
      dataDir,
      split,
      together,
      port,
      env: {
        TROUPE_POSTGRES_URL: postgresUrl,
        TROUPE_DATABASE_PREFIX: databasePrefix,
        TROUPE_NATS_URL: nats.url,
        TROUPE_RATE_LIMIT_SCALE: '1000000',
        TROUPE_FLOOD_PER_SECOND: '1000000',
        ...env,
      },
      log: (line) => console.log(`[${name}] ${line}`),
    })
  for (const context of contextNames) await meshDatabase(postgresUrl, databasePrefix, context)
  let mesh = await start()
  const secrets = readSecrets(dataDir)
  return {
    facts: {
      url: mesh.url,
      split,
      admin: { email: secrets.TROUPE_BOOTSTRAP_ADMIN, password: secrets.TROUPE_BOOTSTRAP_ADMIN_PASSWORD },
      serviceSecret: env.TROUPE_SERVICE_SECRET ?? secrets.TROUPE_SERVICE_SECRET,
      postgresUrl,
      databasePrefix,
      folders: [dataDir, nats.dataDir],
    },
    dataDir,
    nats,
    current: () => mesh,
    kill: async () => {
      const ended = [...mesh.processes.values()].map((child) => new Promise((done) => child.once('exit', done)))
      mesh.kill()
      await Promise.all(ended)
    },
    start: async () => {
      mesh = await start()
    },
    stop: async () => {
      await mesh.stop()
      await nats.stop()
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}
