import type { Logger } from '#shared/infrastructure/telemetry/logger.ts'

const intervalMs = 60_000

/** Anchors the audit log every minute, and once at the end. */
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
