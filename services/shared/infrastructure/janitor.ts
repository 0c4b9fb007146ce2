import type { Clock } from '../domain/clock.ts'
import type { Database } from './database.ts'
import type { Logger } from './telemetry/logger.ts'

const intervalMs = 60_000
const day = 24 * 60 * 60 * 1000

// The inbox outlives the stream, so that whatever JetStream may deliver again is recognised.
const inboxDays = 45

/** Removes, once a minute and in small steps, what the kernel no longer needs. */
export const startJanitor = (database: Database, clock: Clock, log: Logger): { stop(): void } => {
  const sweep = async () => {
    const now = clock.now()
    await database.sql(
      'delete from idempotency where (scope, key) in (select scope, key from idempotency where expires_at < $1 limit 1000)',
      now,
    )
    await database.sql(
      'delete from rate_limits where key in (select key from rate_limits where expires_at < $1 limit 1000)',
      now,
    )
    await database.sql(
      `delete from inbox where (consumer, event_id) in
         (select consumer, event_id from inbox where handled_at < $1 limit 1000)`,
      new Date(now.getTime() - inboxDays * day),
    )
  }
  const timer = setInterval(() => {
    sweep().catch((error) => log.warn('sweep failed', { error }))
  }, intervalMs)
  timer.unref()
  return { stop: () => clearInterval(timer) }
}
