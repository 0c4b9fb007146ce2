import { cpSync } from 'node:fs'
import { join } from 'node:path'
import type { Report } from '../../report.ts'
import { type Replicas, replicas } from '../chaos-mesh.ts'
import type { Ground } from '../ground.ts'
import { idleStreams } from './idle-streams.ts'
import type { Figure, Measurement } from './measure.ts'
import { overload, overloadInFlight } from './overload.ts'
import { rollingRestart } from './rolling-restart.ts'
import { slowClients } from './slow-clients.ts'

const streams = 10_000

interface Run {
  name: string
  replicas: Replicas | undefined
  env: NodeJS.ProcessEnv
  measure: Measurement
}

/** A process for each context, and the gateway. */
export const one = replicas(1)

const runs: readonly Run[] = [
  {
    name: 'load-restart',
    replicas: replicas(2),
    env: {},
    measure: rollingRestart,
  },
  { name: 'load-streams', replicas: one, env: {}, measure: idleStreams(streams) },
  { name: 'load-over', replicas: one, env: { TROUPE_MAX_IN_FLIGHT: String(overloadInFlight) }, measure: overload },
  { name: 'load-slow', replicas: one, env: {}, measure: slowClients },
  { name: 'load-slow-single', replicas: undefined, env: {}, measure: slowClients },
]

/** Measures the mesh under load, on a mesh of its own for each figure, and reports what missed its bound. Logs go to `out`. */
export const measureLoad = async (ground: Ground, report: Report, out: string, signal: AbortSignal): Promise<void> => {
  const figures: Figure[] = []
  for (const { name, env, measure, ...run } of runs) {
    if (signal.aborted) return
    const measured = ground.withWorld({ name, env, ...run }, async (world, logs) => {
      const all = await measure(world)
      if (all.some(({ isMet }) => !isMet)) cpSync(logs, join(out, `chaos-${name}`), { recursive: true })
      return all
    })
    const found = await measured.catch((error: Error) => {
      report.fellShort(`${name} could not be measured: ${error.message}`)
      return []
    })
    const topology = run.replicas ? 'split' : 'single'
    for (const figure of found) {
      const named = { ...figure, part: `${figure.part}, ${topology}` }
      figures.push(named)
      report.say(`${named.part}: ${named.what}: ${named.measured} (${named.bound})`)
      if (!named.isMet) report.fellShort(`${named.part}: ${named.what}: ${named.measured}, not ${named.bound}`)
    }
  }
  report.table(
    'Under load',
    ['part', 'figure', 'bound', 'measured', ''],
    figures.map(({ part, what, bound, measured, isMet }) => [part, what, bound, measured, isMet ? '' : '✗']),
  )
}
