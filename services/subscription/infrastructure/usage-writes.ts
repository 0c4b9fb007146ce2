import type { UnitOfWork } from '#shared/infrastructure/unit-of-work.ts'
import type { UsageLedger } from '../application/ports.ts'
import { UsageReservation } from '../domain/usage.ts'

const values = (row: readonly unknown[]) => row.map((_, index) => `$${index + 1}`).join(', ')

type Reads = 'look' | 'reservation' | 'lapsing' | 'unannounced' | 'reading' | 'counters'
type Writes = Omit<UsageLedger, Reads>

const changeSql = (isWithinLimit: boolean) =>
  `update usage set used = used + $2::bigint, committed = committed + $3::bigint, overrun = overrun + $4::bigint,
     announced = least(announced, case when used + $2::bigint >= allowed then 100
       when (used + $2::bigint) * 5 >= allowed * 4 then 80 else 0 end),
     version = version + 1
   where id = $1 and used + $2::bigint >= 0${isWithinLimit ? ' and used + $2::bigint <= allowed' : ''} returning 1`

/** What units write of counters and reservations. A counter's row is locked before its reservations'. */
export const usageWrites = (unit: () => UnitOfWork): Writes => {
  const columns = 'key, counter_id, user_id, resource, state, amount, created_at, expires_at'
  const holdRow = (key: string, place: { id: string; userId: string; resource: string }, state: string) =>
    [key, place.id, place.userId, place.resource, state] as const
  /** Who leaves at the same time waits until this is written, or this is not written any more. */
  const mustLive = (userId: string) =>
    unit().writeRows({
      sql: `select 1 from subscriptions where id = $1 and status <> 'EXPIRED' for share`,
      parameters: [userId],
    })
  /** A counter that begins knows nothing of what was held without one. */
  const settleUncounted = (counterId: string) =>
    unit().write({
      sql: `update reservations set state = 'LAPSED' where counter_id = $1 and state = 'HELD'
        and not exists (select 1 from usage where id = $1)`,
      parameters: [counterId],
    })
  return {
    open: ({ id, userId, resource, period }, allowed, { used, committed = 0, overrun = 0 }) => {
      const row = [id, userId, resource, period?.start ?? null, period?.end ?? null, used, committed, allowed, overrun]
      unit().writeRows({
        sql: `insert into usage (id, user_id, resource, period_start, period_end, used, committed, allowed, overrun,
            announced, version) values (${values(row)}, 0, 1) on conflict (id) do nothing returning 1`,
        parameters: row.map((value) => value ?? null),
      })
      settleUncounted(id)
    },
    change: (counterId, { used, committed = 0, overrun = 0 }, isWithinLimit = false) =>
      unit().writeRows({ sql: changeSql(isWithinLimit), parameters: [counterId, used, committed, overrun] }),
    count: ({ id, userId, resource, period }, amount) => {
      unit().write({
        sql: `insert into usage as u (id, user_id, resource, period_start, period_end, used, committed, allowed, overrun,
            announced, version) values ($1, $2, $3, $4, $5, $6::bigint, $6::bigint, null, 0, 0, 1)
          on conflict (id) do update set used = u.used + excluded.used, committed = u.committed + excluded.committed,
            allowed = null, version = u.version + 1`,
        parameters: [id, userId, resource, period?.start ?? null, period?.end ?? null, amount],
      })
      settleUncounted(id)
    },
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
      mustLive(place.userId)
    },
    take: (key, place, { amount, now }) => {
      const row = [...holdRow(key, place, 'COMMITTED'), amount, now, now]
      unit().writeRows({
        sql: `insert into reservations as r (${columns}) values (${values(row)})
          on conflict (key) do update set state = 'COMMITTED', counter_id = excluded.counter_id
            where r.state in ('RELEASED', 'LAPSED') returning 1`,
        parameters: row,
      })
      mustLive(place.userId)
    },
    mark: (key, from, to) =>
      unit().writeRows({
        sql: 'update reservations set state = $3 where key = $1 and state = $2 returning 1',
        parameters: [key, from, to],
      }),
    lapse: (keys, now) => {
      if (keys.length === 0) return
      unit().writeRows(
        {
          sql: `update reservations set state = 'LAPSED'
            where key = any($1::uuid[]) and state = 'HELD' and expires_at <= $2 returning 1`,
          parameters: [keys, now],
        },
        keys.length,
      )
    },
    prolong: (key, expiresAt) =>
      unit().writeRows({
        sql: `update reservations set expires_at = greatest(expires_at, $2) where key = $1 and state = 'HELD' returning 1`,
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
    // Only of who has left: nothing is reserved for them any more, so that no reservation outlives its counter.
    forget: (userId) => {
      unit().write({ sql: 'delete from usage where user_id = $1', parameters: [userId] })
      unit().write({ sql: 'delete from reservations where user_id = $1', parameters: [userId] })
    },
  }
}
