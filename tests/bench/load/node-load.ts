import { type Child, startChild } from '../child.ts'
import type { Sample } from '../measure.ts'
import type { Bench } from '../setting.ts'
import type { Delays } from './delays.ts'
import type { Load, LoadResult } from './node-client.ts'

/** Our own load client in a process beside the load. */
export interface NodeLoad {
  /** Sends for as long as the load says and returns how fast they were answered. Throws unless all were OK. */
  run(load: Load): Promise<Sample>
  /** The middle delay of requests that are sent one after the other. Throws unless all were OK. */
  timed(load: Load): Promise<Delays>
  stop(): Promise<void>
}

const checked = ({ perSecond, answered, failed, failure }: LoadResult, path: string): Sample => {
  if (failed > 0 || answered === 0) throw new Error(`${path}: ${failed} of ${failed + answered} failed: ${failure}`)
  return { perSecond, count: answered }
}

/** Starts the client; one serves any number of runs. */
export const startNodeLoad = async (bench: Bench): Promise<NodeLoad> => {
  const child: Child<undefined> = await startChild(bench, 'load/node-client.ts', { measured: false })
  return {
    timed: (load) => child.ask<Delays>('timed', load),
    run: async (load) => checked(await child.ask<LoadResult>('run', load), load.path),
    stop: child.stop,
  }
}
