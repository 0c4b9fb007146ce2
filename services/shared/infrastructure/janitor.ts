import type { Clock } from '../domain/clock.ts'
import type { Database } from './database.ts'
import type { Logger } from './telemetry/logger.ts'

const intervalMs = 60_000
const day = 24 * 60 * 60_000

const batch = 1000
const maxBatches = 100

/** Rows that nobody needs any more once a time that they name is past. There is an index on the column. */
export interface Expiry {
  table: string
  /** The columns that name a row, in SQL. */
  key: string
  column: string
  /** How long rows are kept after that time; 0 unless given. */
  keepMs?: number
  /** Which of the rows, in SQL; all unless given. */
  where?: string
}

const own: readonly Expiry[] = [
  { table: 'idempotency', key: 'scope, key', column: 'expires_at' },
  { table: 'rate_limits', key: 'key', column: 'expires_at' },
  // The inbox outlives the stream, so that whatever JetStream may deliver again is recognised.
  { table: 'inbox', key: 'consumer, event_id', column: 'handled_at', keepMs: 45 * day },
]

const removal = ({ table, key, column, where }: Expiry): string =>
  `delete from ${table} where (${key}) in (select ${key} from ${table} where ${column} < $1
     ${where ? `and (${where})` : ''} limit ${batch}) returning 1`

/** Removes what is expired by then, in small steps, so that nobody waits long behind one. */
export const sweep = async (database: Database, expiries: readonly Expiry[], now: Date): Promise<void> => {
  for (const expiry of [...own, ...expiries]) {
    const before = new Date(now.getTime() - (expiry.keepMs ?? 0))
    for (let n = 0; n < maxBatches; n += 1) {
      const removed = await database.sql(removal(expiry), before)
      if (removed.length < batch) break
    }
  }
}

/** Sweeps once a minute: what the kernel keeps, and what a context names. */
export const startJanitor = (
  { database, clock, log }: { database: Database; clock: Clock; log: Logger },
  expiries: readonly Expiry[],
): { stop(): void } => {
  const timer = setInterval(() => {
    sweep(database, expiries, clock.now()).catch((error) => log.warn('sweep failed', { error }))
  }, intervalMs)
  timer.unref()
  return { stop: () => clearInterval(timer) }
}
