import type { ChildProcess } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { contextNames } from '../../services/contexts.ts'
import { bundleFlags } from './bundle.ts'
import { type MeshProcess, startMeshProcess, stopMeshProcess } from './mesh-process.ts'
import { freePort } from './processes.ts'
import { readSecrets } from './secrets.ts'
import { type Log, SetupError } from './setup-error.ts'

const drainWithin = 15_000
const longestPause = 10_000
const steadyAfter = 30_000

interface Options {
  dataDir: string
  /** One process a context, and the gateway; otherwise one process for all. */
  split: boolean
  /** Contexts of a split mesh that share one process. */
  together?: readonly string[] | undefined
  /** Of the gateway, on 127.0.0.1. */
  port: number
  /** What the processes are told besides this process's own environment: at least where Postgres and NATS are. */
  env: NodeJS.ProcessEnv
  log: Log
  /** Shows every log line, not only warnings. */
  verbose?: boolean
  /** Gives up starting. */
  signal?: AbortSignal
}

/** A running mesh. */
export interface Mesh {
  /** Of the gateway. */
  readonly url: string
  /** By name: `mesh`, or when split the contexts' names and `gateway`; always those that run at present. */
  readonly processes: Map<string, ChildProcess>
  /** Resolves with the reason when the mesh has died unexpectedly; a split one restarts its parts instead. */
  readonly failure: Promise<Error>
  /** Drains and stops all; what takes longer than 15 s is killed. */
  stop(): Promise<void>
  /** SIGKILL to all. */
  kill(): void
}

interface Role {
  name: string
  contexts: readonly string[]
  port: number
}

const urlVariable = (context: string) => `TROUPE_${context.toUpperCase().replaceAll('-', '_')}_URL`

const rolesOf = async ({ split, together = [], port }: Options): Promise<Role[]> => {
  if (!split) return [{ name: 'mesh', contexts: [], port }]
  const roles: Role[] = []
  if (together.length > 0) roles.push({ name: 'others', contexts: together, port: await freePort() })
  for (const name of contextNames.filter((name) => !together.includes(name)))
    roles.push({ name, contexts: [name], port: await freePort() })
  return [...roles, { name: 'gateway', contexts: ['gateway'], port }]
}

const addressesOf = (roles: Role[]): NodeJS.ProcessEnv =>
  Object.fromEntries(
    roles.flatMap(({ contexts, port }) => contexts.map((name) => [urlVariable(name), `http://127.0.0.1:${port}`])),
  )

/** The settings of every process; what the environment sets already stays. */
const settingsOf = ({ dataDir, split, port, env }: Options, roles: Role[]): NodeJS.ProcessEnv => ({
  TROUPE_TIME_TRAVEL: '1',
  TROUPE_LINK_BASE_URL: `http://127.0.0.1:${port}`,
  ...readSecrets(dataDir),
  ...process.env,
  ...env,
  TROUPE_DATA: dataDir,
  ...(split && addressesOf(roles)),
})

/**
 * Starts the processes of the mesh and waits until every one of them is ready, the gateway last.
 *
 * @throws SetupError with the last lines of a process that ended before it was ready; the others are stopped then
 */
export const startMesh = async (options: Options): Promise<Mesh> => {
  const { dataDir, split, port, log, verbose = false, signal } = options
  const roles = await rolesOf(options)
  const env = settingsOf(options, roles)
  const flags = await bundleFlags(log)
  const running = new Map<string, MeshProcess>()
  const processes = new Map<string, ChildProcess>()
  const failed = Promise.withResolvers<Error>()
  const stopping = new AbortController()

  const launch = (role: Role): MeshProcess => {
    const started = startMeshProcess({ ...role, env, flags, dataDir, log, verbose })
    running.set(role.name, started)
    processes.set(role.name, started.child)
    return started
  }
  const stop = async (): Promise<void> => {
    stopping.abort()
    const deadline = performance.now() + drainWithin
    const gateway = running.get('gateway')
    if (gateway) await stopMeshProcess(gateway, deadline)
    await Promise.all([...running.values()].map((each) => stopMeshProcess(each, deadline)))
  }
  const kill = (): void => {
    stopping.abort()
    for (const { child } of running.values()) child.kill('SIGKILL')
  }
  /** Restarts a part of a split mesh for as long as the mesh lives, the longer apart the more often it dies. */
  const watch = async (role: Role, first: MeshProcess): Promise<void> => {
    let pause = 500
    for (let current = first; ; current = launch(role)) {
      const since = performance.now()
      const how = await current.ended
      if (stopping.signal.aborted) return
      if (!split) return failed.resolve(new SetupError(how))
      if (performance.now() - since > steadyAfter) pause = 500
      log(`${how}\n${role.name}: starting it again in ${pause / 1000} s`)
      await sleep(pause, undefined, { signal: stopping.signal }).catch(() => {})
      if (stopping.signal.aborted) return
      pause = Math.min(pause * 2, longestPause)
    }
  }
  const startAll = async (some: Role[]): Promise<void> => {
    if (stopping.signal.aborted) throw new Error('stopped while starting')
    const started = some.map((role) => [role, launch(role)] as const)
    await Promise.all(started.map(([, each]) => each.ready()))
    for (const [role, each] of started) void watch(role, each)
  }

  const abandon = () => void stop()
  signal?.addEventListener('abort', abandon, { once: true })
  if (signal?.aborted) stopping.abort()
  try {
    await startAll(roles.slice(0, -1))
    await startAll(roles.slice(-1))
  } catch (error) {
    await stop()
    throw error
  } finally {
    signal?.removeEventListener('abort', abandon)
  }
  return { url: `http://127.0.0.1:${port}`, processes, failure: failed.promise, stop, kill }
}
