import type { Clock } from '../domain/clock.ts'
import type { Database } from './database.ts'
import type { Logger } from './telemetry/logger.ts'

const intervalMs = 60_000

// The inbox outlives the stream, so that whatever JetStream may deliver again is recognised.
const inboxDays = 45

const batch = 1000
const maxBatches = 100

const removals = [
  `delete from idempotency where (scope, key) in
     (select scope, key from idempotency where expires_at < $1 limit ${batch}) returning 1`,
  `delete from rate_limits where key in (select key from rate_limits where expires_at < $1 limit ${batch}) returning 1`,
  `delete from inbox where (consumer, event_id) in
     (select consumer, event_id from inbox where handled_at < $1::timestamptz - interval '${inboxDays} days'
      limit ${batch}) returning 1`,
]

/** Removes what the kernel no longer needs by then, in small steps, so that nobody waits long behind one. */
export const sweep = async (database: Database, now: Date): Promise<void> => {
  for (const removal of removals) {
    for (let n = 0; n < maxBatches; n += 1) {
      const removed = await database.sql(removal, now)
      if (removed.length < batch) break
    }
  }
}

/** Sweeps once a minute. */
export const startJanitor = (database: Database, clock: Clock, log: Logger): { stop(): void } => {
  const timer = setInterval(() => {
    sweep(database, clock.now()).catch((error) => log.warn('sweep failed', { error }))
  }, intervalMs)
  timer.unref()
  return { stop: () => clearInterval(timer) }
}
