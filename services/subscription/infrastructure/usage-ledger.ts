import { conflict } from '#shared/domain/errors.ts'
import type { Database } from '#shared/infrastructure/database.ts'
import type { UnitOfWork } from '#shared/infrastructure/unit-of-work.ts'
import type { Lapsed, Reservation, UsageLedger } from '../application/ports.ts'
import type { UsageResource } from '../domain/tier.ts'
import { UsageReservation } from '../domain/usage.ts'

const atOnce = 50

const reservationColumns = `key, user_id as "userId", resource, counter_id as "counterId", amount, state`
const lapsedColumns = `key, counter_id as "counterId", amount`

interface LookRow {
  [column: string]: unknown
  used: number | null
  allowed: number | null
  reservation: Reservation | null
  lapsed: Lapsed[] | null
}

const lookSql = `select u.used, u.allowed,
    (select to_jsonb(r) from (select ${reservationColumns} from reservations where key = $2) r) as reservation,
    (select jsonb_agg(l) from (select ${lapsedColumns} from reservations
      where counter_id = $1 and state = 'HELD' and expires_at <= $3 limit ${atOnce}) l) as lapsed
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

const values = (row: readonly unknown[]) => row.map((_, index) => `$${index + 1}`).join(', ')

type Writes = Omit<
  UsageLedger,
  'look' | 'reservation' | 'forgetOld' | 'lapsed' | 'unannounced' | 'reading' | 'counters'
>

const writesOf = (unit: () => UnitOfWork): Writes => {
  const holdRow = (key: string, place: { id: string; userId: string; resource: string }, state: string) =>
    [key, place.id, place.userId, place.resource, state] as const
  const columns = 'key, counter_id, user_id, resource, state, amount, created_at, expires_at'
  return {
    open: ({ id, userId, resource, period }, allowed, { used, committed = 0, overrun = 0 }) => {
      const row = [id, userId, resource, period?.start ?? null, period?.end ?? null, used, committed, allowed, overrun]
      unit().writeRows({
        sql: `insert into usage (id, user_id, resource, period_start, period_end, used, committed, allowed, overrun,
            announced, version) values (${values(row)}, 0, 1) on conflict (id) do nothing returning 1`,
        parameters: row.map((value) => value ?? null),
      })
    },
    change: (counterId, { used, committed = 0, overrun = 0 }, orElse) =>
      unit().guard({
        table: 'usage',
        key: { column: 'id', value: counterId },
        add: { used, committed, overrun, version: 1 },
        ...(orElse && { atMost: { used: 'allowed' } }),
        orElse: orElse ?? conflict('USAGE_CHANGED', 'the counter is not what it was'),
      }),
    count: ({ id, userId, resource, period }, amount) =>
      unit().write({
        sql: `insert into usage as u (id, user_id, resource, period_start, period_end, used, committed, allowed, overrun,
            announced, version) values ($1, $2, $3, $4, $5, $6::bigint, $6::bigint, null, 0, 0, 1)
          on conflict (id) do update set used = u.used + excluded.used, committed = u.committed + excluded.committed,
            allowed = null, version = u.version + 1`,
        parameters: [id, userId, resource, period?.start ?? null, period?.end ?? null, amount],
      }),
    adopt: (counterId, allowed) =>
      unit().write({
        sql: `update usage set allowed = $2::bigint, overrun = greatest(0, used - $2::bigint), announced = 0,
            version = version + 1 where id = $1 and allowed is distinct from $2::bigint`,
        parameters: [counterId, allowed ?? null],
      }),
    hold: (key, place, { amount, now, expiresAt }) => {
      const row = [...holdRow(key, place, 'HELD'), amount, now, expiresAt]
      unit().writeRows({
        sql: `insert into reservations as r (${columns}) values (${values(row)})
          on conflict (key) do update set state = 'HELD', counter_id = excluded.counter_id, expires_at = excluded.expires_at
            where r.state in ('RELEASED', 'LAPSED') returning 1`,
        parameters: row,
      })
    },
    take: (key, place, { amount, now }) => {
      const row = [...holdRow(key, place, 'COMMITTED'), amount, now, now]
      unit().writeRows({
        sql: `insert into reservations as r (${columns}) values (${values(row)})
          on conflict (key) do update set state = 'COMMITTED', counter_id = excluded.counter_id
            where r.state in ('RELEASED', 'LAPSED') returning 1`,
        parameters: row,
      })
    },
    mark: (key, from, to) =>
      unit().writeRows({
        sql: 'update reservations set state = $3 where key = $1 and state = $2 returning 1',
        parameters: [key, from, to],
      }),
    prolong: (key, expiresAt) =>
      unit().writeRows({
        sql: `update reservations set expires_at = $2 where key = $1 and state = 'HELD' returning 1`,
        parameters: [key, expiresAt],
      }),
    announced: (counterId, version, level) =>
      unit().writeRows({
        sql: 'update usage set announced = $3 where id = $1 and version = $2 and announced < $3 returning 1',
        parameters: [counterId, version, level],
      }),
    newestReservation: async (counterId) => {
      const where = `counter_id = $1 order by created_at desc, key desc limit 1`
      return (await unit().select(UsageReservation, where, counterId))[0]
    },
    forget: (userId) => {
      unit().write({ sql: 'delete from usage where user_id = $1', parameters: [userId] })
      unit().write({ sql: 'delete from reservations where user_id = $1', parameters: [userId] })
    },
  }
}

/** Counters and reservations in the database. */
export const createUsageLedger = (database: Database, unit: () => UnitOfWork): UsageLedger => ({
  ...writesOf(unit),
  look: async (counterId, key, now) => {
    const [row] = await database.sql<LookRow>(lookSql, counterId, key, now)
    const { used, allowed, reservation, lapsed } = row as LookRow
    return {
      counter: used === null ? undefined : { used, allowed: allowed ?? undefined },
      reservation: reservation ?? undefined,
      lapsed: lapsed ?? [],
    }
  },
  reservation: async (key) =>
    (
      await database.sql<Reservation & Record<string, unknown>>(
        `select ${reservationColumns} from reservations where key = $1`,
        key,
      )
    )[0],
  forgetOld: async (before) => {
    await database.sql(
      `delete from reservations where key in (select key from reservations where created_at < $1 and (state in
         ('RELEASED', 'LAPSED') or state = 'COMMITTED' and resource in ('STORIES', 'FILMS')) limit ${atOnce})`,
      before,
    )
  },
  lapsed: (now) =>
    database.sql<Lapsed & Record<string, unknown>>(
      `select ${lapsedColumns} from reservations where state = 'HELD' and expires_at <= $1 order by expires_at limit ${atOnce}`,
      now,
    ),
  unannounced: async () => {
    const rows = await database.sql<{ id: string }>(
      `select id from usage where allowed is not null
         and (announced < 80 and used * 5 >= allowed * 4 or announced < 100 and used >= allowed) limit ${atOnce}`,
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
