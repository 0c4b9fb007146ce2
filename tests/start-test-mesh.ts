import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startMesh } from '../deploy/local/mesh.ts'
import { startNats } from '../deploy/local/nats-server.ts'
import { freePort } from '../deploy/local/processes.ts'
import { readSecrets } from '../deploy/local/secrets.ts'

/** What a suite needs to know of the mesh that runs for it. */
export interface TestMeshFacts {
  url: string
  split: boolean
  admin: { email: string; password: string }
  postgresUrl: string
  databasePrefix: string
  natsUrl: string
}

const needed = (name: string): string => {
  const value = process.env[name]
  if (!value) throw new Error(`${name} is not set: run tests with npm test, which starts what they need`)
  return value
}

/** Starts a mesh of its own for tests: own databases, own nats-server, limits counted but out of the way. */
export const startTestMesh = async (name: string, split: boolean, env: NodeJS.ProcessEnv = {}) => {
  const log = (line: string) => console.log(`[${name}] ${line}`)
  const dataDir = mkdtempSync(join(tmpdir(), `troupe-${name}-`))
  const nats = await startNats({ binary: needed('TROUPE_TEST_NATS_SERVER'), dataDir, log })
  const postgresUrl = needed('TROUPE_TEST_POSTGRES_URL')
  const databasePrefix = `${name.replaceAll('-', '_')}_`
  const mesh = await startMesh({
    dataDir,
    split,
    port: await freePort(),
    env: {
      TROUPE_POSTGRES_URL: postgresUrl,
      TROUPE_DATABASE_PREFIX: databasePrefix,
      TROUPE_NATS_URL: nats.url,
      TROUPE_RATE_LIMIT_SCALE: '1000000',
      TROUPE_FLOOD_PER_SECOND: '1000000',
      ...env,
    },
    log,
  })
  const secrets = readSecrets(dataDir)
  const facts: TestMeshFacts = {
    url: mesh.url,
    split,
    admin: { email: secrets.TROUPE_BOOTSTRAP_ADMIN, password: secrets.TROUPE_BOOTSTRAP_ADMIN_PASSWORD },
    postgresUrl,
    databasePrefix,
    natsUrl: nats.url,
  }
  const stop = async () => {
    await mesh.stop()
    await nats.stop()
    rmSync(dataDir, { recursive: true, force: true })
  }
  return { facts, mesh, nats, stop }
}
