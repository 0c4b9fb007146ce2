import type { Clock } from '#shared/domain/clock.ts'
import type { Database } from '#shared/infrastructure/database.ts'
import type { Logger } from '#shared/infrastructure/telemetry/logger.ts'
import { shownAfterExpiryMs } from '../domain/api-key.ts'
import { forgetAfterMs } from '../domain/login-throttle.ts'

const intervalMs = 5 * 60_000
/** Who opens a link late is told so for a while. */
const keepLinksMs = 7 * 24 * 60 * 60_000

/** How many rows go at once: who waits for one of them waits no longer than that takes. */
const batch = 1000

const deleteOld = (table: string, key: string, column: string) =>
  `with gone as (
     delete from ${table} where ${key} in (select ${key} from ${table} where ${column} < $1 limit ${batch}) returning 1
   ) select count(*) as count from gone`

const statements = (now: Date): [string, Date][] => [
  [deleteOld('sessions', 'id', 'expires_at'), now],
  [deleteOld('oauth_states', 'state_hash', 'expires_at'), now],
  [deleteOld('passed_sign_ins', 'state_hash', 'expires_at'), now],
  [deleteOld('mailed_links', 'id', 'expires_at'), new Date(now.getTime() - keepLinksMs)],
  [deleteOld('api_keys', 'id', 'expires_at'), new Date(now.getTime() - shownAfterExpiryMs)],
  [deleteOld('login_failures', 'key', 'last_at'), new Date(now.getTime() - forgetAfterMs)],
]

/** Removes all that has expired: sessions, sign-ins under way, mailed links, API keys, failures. Ends early when told to. */
export const sweepIdentity = async (database: Database, now: Date, stopping?: AbortSignal): Promise<void> => {
  for (const [statement, before] of statements(now)) {
    for (let removed = batch; removed === batch && !stopping?.aborted; ) {
      const [gone] = await database.sql<{ count: number }>(statement, before)
      removed = gone?.count ?? 0
    }
  }
}

/** Sweeps every five minutes, unless the last time takes longer than that. `stop` waits for the step that is being taken. */
export const startSweeper = (database: Database, clock: Clock, log: Logger): { stop(): Promise<void> } => {
  const stopping = new AbortController()
  let sweeping: Promise<void> | undefined
  const sweep = () => {
    sweeping ??= sweepIdentity(database, clock.now(), stopping.signal)
      .catch((error) => log.warn('sweep failed', { error }))
      .finally(() => {
        sweeping = undefined
      })
  }
  const timer = setInterval(sweep, intervalMs)
  timer.unref()
  return {
    stop: async () => {
      clearInterval(timer)
      stopping.abort()
      await sweeping
    },
  }
}
