import type { Database } from '#shared/infrastructure/database.ts'
import type { UnitOfWork } from '#shared/infrastructure/unit-of-work.ts'
import type { Lapsed, Reservation, UsageLedger } from '../application/ports.ts'
import type { UsageResource } from '../domain/tier.ts'
import { usageWrites } from './usage-writes.ts'

const atOnce = 50

const reservationColumns = `key, user_id as "userId", resource, counter_id as "counterId", amount, state,
  exists (select 1 from usage where id = counter_id) as "isCounted"`

interface LookRow {
  [column: string]: unknown
  used: number | null
  allowed: number | null
  reservation: Reservation | null
  lapsed: Lapsed[] | null
}

const lookSql = `select u.used, u.allowed,
    (select to_jsonb(r) from (select ${reservationColumns} from reservations where key = $2) r) as reservation,
    (select jsonb_agg(l) from (select key, amount from reservations
      where counter_id = $1 and state = 'HELD' and expires_at <= $3) l) as lapsed
  from (select 1) one left join usage u on u.id = $1`

interface ReadingRow {
  [column: string]: unknown
  userId: string
  resource: UsageResource
  used: number
  limit: number | null
  resetsAt: Date | null
  version: number
  announced: number
}

/** Counters and reservations in the database. */
export const createUsageLedger = (database: Database, unit: () => UnitOfWork): UsageLedger => ({
  ...usageWrites(unit),
  look: async (counterId, key, now) => {
    const [row] = await database.look<LookRow>(lookSql, counterId, key ?? null, now)
    const { used, allowed, reservation, lapsed } = row as LookRow
    return {
      counter: used === null ? undefined : { used, allowed: allowed ?? undefined },
      reservation: reservation ?? undefined,
      lapsed: lapsed ?? [],
    }
  },
  reservation: async (key) =>
    (
      await database.look<Reservation & Record<string, unknown>>(
        `select ${reservationColumns} from reservations where key = $1`,
        key,
      )
    )[0],
  lapsing: async (now, seen) => {
    const rows = await database.sql<{ id: string }>(
      `select counter_id as id from reservations where state = 'HELD' and expires_at <= $1
         and counter_id <> all($2::text[]) order by expires_at limit ${atOnce}`,
      now,
      seen,
    )
    return [...new Set(rows.map(({ id }) => id))]
  },
  unannounced: async (seen) => {
    const rows = await database.sql<{ id: string }>(
      `select id from usage where allowed is not null and id <> all($1::text[])
         and (announced < 80 and used * 5 >= allowed * 4 or announced < 100 and used >= allowed) limit ${atOnce}`,
      seen,
    )
    return rows.map(({ id }) => id)
  },
  reading: async (counterId) => {
    const [row] = await database.sql<ReadingRow>(
      `select user_id as "userId", resource, used, allowed as "limit", period_end as "resetsAt", version, announced
       from usage where id = $1`,
      counterId,
    )
    if (!row || row.limit === null) return undefined
    return { ...row, limit: row.limit, resetsAt: row.resetsAt ?? undefined }
  },
  counters: async (ids) => {
    const rows = await database.sql<{ id: string; used: number; committed: number }>(
      'select id, used, committed from usage where id = any($1::text[])',
      ids,
    )
    return new Map(rows.map(({ id, used, committed }) => [id, { used, committed }]))
  },
})
