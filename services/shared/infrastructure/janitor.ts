import type { Clock } from '../domain/clock.ts'
import type { Database } from './database.ts'
import { repeating } from './repeating.ts'
import type { Logger } from './telemetry/logger.ts'

const intervalMs = 60_000
const day = 24 * 60 * 60_000

const batch = 1000

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
  `with gone as (
     delete from ${table} where (${key}) in (select ${key} from ${table} where ${column} < $1
       ${where ? `and (${where})` : ''} limit ${batch}) returning 1
   ) select count(*) as count from gone`

/**
 * Removes all that is expired by then, in small steps, so that nobody waits long behind one. A table that fails keeps no
 * other from it, and is what it throws in the end. Ends early when the signal aborts.
 */
export const sweep = async (
  database: Pick<Database, 'sql'>,
  expiries: readonly Expiry[],
  now: Date,
  signal?: AbortSignal,
): Promise<void> => {
  const sweepOne = async (expiry: Expiry): Promise<void> => {
    const before = new Date(now.getTime() - (expiry.keepMs ?? 0))
    for (let removed = batch; removed === batch && !signal?.aborted; ) {
      const [gone] = await database.sql<{ count: number }>(removal(expiry), before)
      removed = gone?.count ?? 0
    }
  }
  const errors: unknown[] = []
  for (const expiry of [...own, ...expiries]) await sweepOne(expiry).catch((error: unknown) => errors.push(error))
  if (errors.length > 0) throw errors[0]
}

/**
 * Sweeps once a minute, unless the last time takes longer: what the kernel keeps, and what a context names. `stop` waits
 * for the step that is being taken.
 */
export const startJanitor = (
  { database, clock, log }: { database: Database; clock: Clock; log: Logger },
  expiries: readonly Expiry[],
): { stop(): Promise<void> } =>
  repeating(
    intervalMs,
    (signal) => sweep(database, expiries, clock.now(), signal),
    (error) => log.warn('sweep failed', { error }),
  )
