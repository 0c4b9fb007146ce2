import { Piscina } from 'piscina'
import type { Prepared, PrepareJob, TakeJob, Taken } from './worker.ts'

const maxThreads = 2
const idleMs = 20_000

/** Arithmetic over sound, in threads of its own: it holds up nothing else. */
export interface Laboratory {
  prepare(job: PrepareJob, signal: AbortSignal): Promise<Prepared | undefined>
  take(job: TakeJob, signal: AbortSignal): Promise<Taken | undefined>
  close(): Promise<void>
}

export const openLaboratory = (): Laboratory => {
  const pool = new Piscina({
    filename: new URL('./worker.ts', import.meta.url).href,
    minThreads: 0,
    maxThreads,
    idleTimeout: idleMs,
    resourceLimits: { maxOldGenerationSizeMb: 512 },
  })
  return {
    prepare: (job, signal) => pool.run(job, { name: 'prepare', signal }),
    take: (job, signal) => pool.run(job, { name: 'take', signal }),
    close: () => pool.destroy(),
  }
}
