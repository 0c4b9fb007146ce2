import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from '#shared/infrastructure/telemetry/logger.ts'
import { Wakeup } from '#shared/infrastructure/wakeup.ts'

const intervalMs = 1000
/** How much may come together before it is told of. */
const gatherMs = 20

/** Does something after it was woken, together for all who woke it, and once a second in any case. */
export const startFollowUp = (log: Logger, run: () => Promise<void>): { wake(): void; stop(): Promise<void> } => {
  const stopping = new AbortController()
  const { signal } = stopping
  const wakeup = new Wakeup()
  const loop = async (): Promise<void> => {
    while (!signal.aborted) {
      if (await wakeup.wait(intervalMs, signal)) await sleep(gatherMs)
      if (signal.aborted) return
      await run().catch((error: unknown) => log.warn('usage was not followed up', { error }))
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
