import type { Logger } from '#shared/infrastructure/telemetry/logger.ts'

const intervalMs = 60_000

/** Looks every minute whether the audit log is to be anchored, and once at the end. */
export const startAnchoring = (log: Logger, anchor: () => Promise<void>): { stop(): Promise<void> } => {
  const tryAnchor = () => anchor().catch((error) => log.warn('the audit log was not anchored', { error }))
  const timer = setInterval(tryAnchor, intervalMs)
  timer.unref()
  return {
    stop: async () => {
      clearInterval(timer)
      await tryAnchor()
    },
  }
}
