import type { Clock } from '#shared/domain/clock.ts'
import type { Database } from '#shared/infrastructure/database.ts'
import type { Logger } from '#shared/infrastructure/telemetry/logger.ts'
import { shownAfterExpiryMs } from '../domain/api-key.ts'
import { forgetAfterMs } from '../domain/login-throttle.ts'

const intervalMs = 5 * 60_000
/** Who opens a link late is told so for a while. */
const keepLinksMs = 7 * 24 * 60 * 60_000

const deleteOld = (table: string, key: string, column: string) =>
  `delete from ${table} where ${key} in (select ${key} from ${table} where ${column} < $1 limit 1000)`

const statements = (now: Date): [string, Date][] => [
  [deleteOld('sessions', 'id', 'expires_at'), now],
  [deleteOld('oauth_states', 'state_hash', 'expires_at'), now],
  [deleteOld('passed_sign_ins', 'state_hash', 'expires_at'), now],
  [deleteOld('mailed_links', 'id', 'expires_at'), new Date(now.getTime() - keepLinksMs)],
  [deleteOld('api_keys', 'id', 'expires_at'), new Date(now.getTime() - shownAfterExpiryMs)],
  [deleteOld('login_failures', 'key', 'last_at'), new Date(now.getTime() - forgetAfterMs)],
]

/** Removes what has expired: sessions, sign-ins under way, mailed links, API keys, failures. */
export const sweepIdentity = async (database: Database, now: Date): Promise<void> => {
  for (const [statement, before] of statements(now)) await database.sql(statement, before)
}

/** Sweeps every five minutes, in small steps. */
export const startSweeper = (database: Database, clock: Clock, log: Logger): { stop(): void } => {
  const timer = setInterval(() => {
    sweepIdentity(database, clock.now()).catch((error) => log.warn('sweep failed', { error }))
  }, intervalMs)
  timer.unref()
  return { stop: () => clearInterval(timer) }
}
