import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { type MeshProcess, startMeshProcess, stopMeshProcess } from '../../deploy/local/mesh-process.ts'
import type { Address, Link } from './link.ts'

const restartMs = 200
const drainMs = 10_000

/** What the driver may do to a part's connections. */
export interface PartLinks {
  postgres: Link
  nats: Link
  /** Where others reach it; the gateway and a mesh of one process have none. */
  ingress?: Link
}

/** One process of the mesh, started again whenever it ends. */
export interface Part {
  readonly name: string
  /** Where it listens. */
  readonly address: Address
  readonly links: PartLinks
  /** Of the process that runs at present. */
  readonly pid: number
  /** How often it ended without being asked to. */
  readonly deaths: number
  /** Signals the process that runs at present; false when there is none. */
  signal(signal: NodeJS.Signals): boolean
  /** Settings for its next life only. */
  arm(env: NodeJS.ProcessEnv): void
  /** Whether its present life has such settings. */
  readonly isArmed: boolean
  /** Makes its machine clock wrong by so many milliseconds; 0 for right. */
  skew(milliseconds: number): void
  isReady(): Promise<boolean>
  /** Resolves when it serves; rejects when it ends before. */
  ready(): Promise<void>
  /** Asks it to drain, waits until it is gone and its successor serves. */
  restart(): Promise<void>
  stop(): Promise<void>
}

interface Options {
  name: string
  contexts: readonly string[]
  host: string
  port: number
  env: NodeJS.ProcessEnv
  /** Of Node. */
  flags: readonly string[]
  dataDir: string
  links: PartLinks
}

const preload = (file: string) => `--import=${pathToFileURL(join(import.meta.dirname, 'preload', file))}`

/** Starts a part and keeps it running until it is stopped. */
export const startPart = (options: Options): Part => {
  const { name, host, port, dataDir, links } = options
  const clockFile = join(dataDir, `${name}.clock`)
  const env = {
    ...options.env,
    NODE_OPTIONS: `${preload('names.ts')} ${preload('clock.ts')}`,
    CHAOS_CLOCK: clockFile,
  }
  let armed: NodeJS.ProcessEnv = {}
  let current: MeshProcess
  let isArmed = false
  let deaths = 0
  let isStopping = false
  let isRestarting = false

  const launch = () => {
    isArmed = Object.keys(armed).length > 0
    current = startMeshProcess({ ...options, env: { ...env, ...armed }, log: () => {}, verbose: false })
    armed = {}
  }
  const watch = async () => {
    while (!isStopping) {
      await current.ended
      if (isStopping) return
      if (!isRestarting) deaths += 1
      await sleep(restartMs)
      if (!isStopping) launch()
    }
  }
  const isReady = async () => {
    const response = await fetch(`http://${host}:${port}/ready`, { signal: AbortSignal.timeout(1000) }).catch(
      () => undefined,
    )
    await response?.body?.cancel()
    return response?.ok ?? false
  }
  launch()
  const watching = watch()
  return {
    name,
    address: { host, port },
    links,
    get pid() {
      return current.child.pid ?? 0
    },
    get deaths() {
      return deaths
    },
    get isArmed() {
      return isArmed
    },
    signal: (signal) => !current.hasEnded() && current.child.kill(signal),
    arm: (settings) => {
      armed = settings
    },
    skew: (milliseconds) => {
      if (milliseconds === 0) rmSync(clockFile, { force: true })
      else writeFileSync(clockFile, String(milliseconds))
    },
    isReady,
    ready: () => current.ready(),
    restart: async () => {
      const before = current
      isRestarting = true
      await stopMeshProcess(before, performance.now() + drainMs)
      while (current === before) await sleep(20)
      isRestarting = false
      await current.ready()
    },
    stop: async () => {
      isStopping = true
      current.child.kill('SIGCONT')
      await stopMeshProcess(current, performance.now() + drainMs)
      await watching
    },
  }
}
