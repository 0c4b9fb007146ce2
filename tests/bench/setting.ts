import type { Cores } from '../cores.ts'
import type { Report } from '../report.ts'
import type { Tools } from './tools.ts'

/** What a part measures with. */
export interface Bench {
  report: Report
  quick: boolean
  /** Runs of each side. */
  runs: number
  /** Runs of each side before them, at most: until it gets no faster. */
  warmUps: number
  /** How long one run takes, in seconds. */
  seconds: number
  cores: Cores
  tools: Tools
  /** Settings of the mesh's processes, servers and secrets included. */
  environment: NodeJS.ProcessEnv
  /** The nats-server program. */
  natsServer: string
  /** A folder of this run, gone afterwards. */
  folder: string
  /** Aborted when the run is to end early. */
  signal: AbortSignal
}
