import { holderOf } from '../data-folder.ts'
import { type Local, startLocal } from '../local.ts'
import { findOrInstallMediaPrograms } from '../media-programs.ts'
import { type Mesh, startMesh } from '../mesh.ts'
import { isPortFree, waitUntil } from '../processes.ts'
import { type Log, SetupError } from '../setup-error.ts'

/** With programs that are fetched first. */
const startsWithinMs = 120_000

interface Options {
  port: number
  dataDir: string
  log: Log
  /** Gives up starting. */
  signal: AbortSignal
}

/** A mesh that answers, found or started. */
export interface RunningMesh {
  readonly url: string
  /** Stops what was started here; a mesh that was found goes on. */
  stop(): Promise<void>
  /** Ends at once what was started here. */
  kill(): void
  /** Resolves when a mesh that was started here has died. */
  readonly failure: Promise<Error>
}

const readiness = async (url: string): Promise<number | undefined> => {
  try {
    const response = await fetch(`${url}/ready`, { signal: AbortSignal.timeout(5_000) })
    await response.body?.cancel()
    return response.status
  } catch {
    return undefined
  }
}

/** What a mesh at this address answers; one that another process is about to start here is waited for. */
const readinessInTime = async (url: string, { dataDir, log, signal }: Options): Promise<number | undefined> => {
  let status = await readiness(url)
  const holder = holderOf(dataDir)
  if (status === 200 || holder === undefined) return status
  log(`process ${holder} has ${dataDir}; waiting for its mesh to answer at ${url} (TROUPE_PORT says where)`)
  await waitUntil(async () => {
    signal.throwIfAborted()
    status = await readiness(url)
    return status === 200 || holderOf(dataDir) === undefined
  }, startsWithinMs)
  return status
}

const startOwn = async ({ port, dataDir, log, signal }: Options): Promise<RunningMesh> => {
  let local: Local | undefined
  let mesh: Mesh | undefined
  const stop = async () => {
    await mesh?.stop()
    await local?.stop()
  }
  try {
    local = await startLocal({ dataDir, log, env: process.env })
    const media = findOrInstallMediaPrograms({ dataDir, log, signal })
    await media.ready
    const env = { ...media.env, TROUPE_POSTGRES_URL: local.postgresUrl, TROUPE_NATS_URL: local.natsUrl }
    mesh = await startMesh({ dataDir, split: false, port, env, log, signal })
  } catch (error) {
    await stop()
    throw error
  }
  const { url, failure } = mesh
  const kill = () => {
    mesh?.kill()
    local?.kill()
  }
  return { url, failure, stop, kill }
}

/**
 * The mesh on this port of 127.0.0.1, started when there is none.
 *
 * @throws SetupError that says what to do: something else has the port, or the mesh cannot be started
 */
export const findOrStartMesh = async (options: Options): Promise<RunningMesh> => {
  const { port, log } = options
  const url = `http://127.0.0.1:${port}`
  const status = await readinessInTime(url, options)
  if (status === 200) {
    log(`a mesh is running at ${url}`)
    return { url, stop: async () => {}, kill: () => {}, failure: new Promise(() => {}) }
  }
  if (status !== undefined || !(await isPortFree(port))) {
    const found = status === undefined ? 'is taken by something that does not answer' : `answers /ready with ${status}`
    throw new SetupError(
      `port ${port} ${found}. If a mesh is starting there, wait for it; otherwise set TROUPE_PORT to another port.`,
    )
  }
  log(`no mesh answers at ${url}/ready: starting one for the time of the demo`)
  return startOwn(options)
}
