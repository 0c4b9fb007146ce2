import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from './telemetry/logger.ts'
import { Wakeup } from './wakeup.ts'

const intervalMs = 1000
/** How much may come together before it is told of. */
const gatherMs = 20

export interface FollowUp {
  wake(): void
  stop(): Promise<void>
}

/** Does something after it was woken, together for all who woke it, and once a second in any case. */
export const startFollowUp = (log: Logger, name: string, run: (signal: AbortSignal) => Promise<void>): FollowUp => {
  const stopping = new AbortController()
  const { signal } = stopping
  const wakeup = new Wakeup()
  const loop = async (): Promise<void> => {
    while (!signal.aborted) {
      if (await wakeup.wait(intervalMs, signal)) await sleep(gatherMs)
      if (signal.aborted) return
      await run(signal).catch((error: unknown) => log.warn('a follow-up failed', { name, error }))
    }
  }
  const done = loop()
  return {
    wake: () => wakeup.wake(),
    stop: async () => {
      stopping.abort()
      await done
    },
  }
}
