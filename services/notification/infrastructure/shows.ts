import { unavailable } from '#shared/domain/errors.ts'
import { callContext } from '#shared/infrastructure/call-context.ts'
import { isFilling } from '#shared/infrastructure/consumer/lease.ts'
import type { Database } from '#shared/infrastructure/database.ts'
import type { UnitOfWork } from '#shared/infrastructure/unit-of-work.ts'
import type { Holders, Shows } from '../application/show-ports.ts'
import type { Show, Start } from '../domain/show.ts'
import { keepLiving } from './living.ts'

type Rows<T> = T & Record<string, unknown>

/** SQL: whether a row of `shows` is still to be reminded of, at the time in `$1`. Where nobody holds tickets, nobody waits. */
export const isToRemind = `not is_reminded and not is_cancelled and starts_at > $1::timestamptz and exists (
  select from holders h where h.show_id = shows.id and h.since <= shows.remind_at)`

/** SQL: whether it is due then. Nothing is reminded of earlier than a day before, so shows are found by when they begin. */
export const isDue = `remind_at <= $1::timestamptz and starts_at <= $1::timestamptz + interval '24 hours' and ${isToRemind}`

/** SQL: whether shows or their holders are being read again, so that some may be missing. */
export const areFilling = `(${isFilling('shows')} or ${isFilling('holders')})`

const columns = `id, title, starts_at as "startsAt", time_zone as "timeZone", start_version as "startVersion",
  remind_at as "remindAt"`

const keep = `insert into shows as s
    (id, title, starts_at, time_zone, start_version, remind_at, correlation_id, causation_id)
  values ($1, $2, $3, $4, $5, $6, $7, $8)
  on conflict (id) do update set title = excluded.title, starts_at = excluded.starts_at, time_zone = excluded.time_zone,
    start_version = excluded.start_version, remind_at = excluded.remind_at,
    is_reminded = s.is_reminded and s.start_version = excluded.start_version,
    correlation_id = excluded.correlation_id, causation_id = excluded.causation_id`

const incomplete = () => unavailable('SHOWS_INCOMPLETE', 'who has tickets for what is being read again')

/** Shows, in the database. */
export const createShows = (database: Database, unit: () => UnitOfWork): Shows => ({
  find: async (id) => {
    const sql = `select starts_at as "startsAt", start_version as "startVersion", remind_at as "remindAt" from shows
      where id = $1`
    return (await database.look<Rows<Start>>(sql, id))[0]
  },
  keep: ({ id, title, startsAt, timeZone, startVersion, remindAt }) => {
    const { correlationId, causationId } = callContext()
    const cause = [correlationId, causationId]
    unit().write({ sql: keep, parameters: [id, title, startsAt, timeZone, startVersion, remindAt, ...cause] })
  },
  cancel: (id) => unit().write({ sql: 'update shows set is_cancelled = true where id = $1', parameters: [id] }),
  due: async (id, now) => {
    const sql = `select ${columns} from shows where id = $2 and ${isDue}`
    return (await database.sql<Rows<Show>>(sql, now, id))[0]
  },
  noteReminded: ({ id, startVersion }) =>
    unit().writeRows({
      // Nobody works on it any more: where it is moved, it may be due again at once.
      sql: `update shows set is_reminded = true, claimed_until = '-infinity'
        where id = $1 and start_version = $2 and not is_reminded and not is_cancelled returning 1`,
      parameters: [id, startVersion],
    }),
})

const toRemind = `select ${areFilling} as "isPartial", coalesce((
    select json_agg(json_build_object('userId', p.user_id, 'reservationId', p.reservation_id) order by p.user_id) from (
      select distinct on (h.user_id) h.user_id, h.reservation_id from shows s join holders h on h.show_id = s.id
      where s.id = $1 and s.start_version = $2 and not s.is_cancelled and h.since <= s.remind_at
        and ($3::uuid is null or h.user_id > $3::uuid)
      order by h.user_id, h.reservation_id limit $4::integer
    ) p
  ), '[]') as people`

const expects = `select ${areFilling} as "isPartial", exists (
    select from shows s join holders h on h.show_id = s.id
    where s.id = $1 and s.start_version = $2 and not s.is_cancelled and s.starts_at > $3 and h.user_id = $4
  ) as "isSo"`

/** Who has tickets for what, in the database. */
export const createHolders = (database: Database, unit: () => UnitOfWork): Holders => ({
  add: ({ reservationId, showId, userId, since, expectedAt }) => {
    keepLiving(unit(), [userId])
    unit().write({
      sql: `insert into holders (reservation_id, show_id, user_id, since, expected_at) values ($1, $2, $3, $4, $5)
        on conflict (reservation_id) do nothing`,
      parameters: [reservationId, showId, userId, since, expectedAt],
    })
  },
  remove: (id) => unit().write({ sql: 'delete from holders where reservation_id = $1', parameters: [id] }),
  page: async ({ showId, startVersion }, after, limit) => {
    const parameters = [showId, startVersion, after ?? null, limit]
    type Found = { isPartial: boolean; people: { userId: string; reservationId: string }[] }
    const [found] = await database.sql<Found>(toRemind, ...parameters)
    if (!found || found.isPartial) throw incomplete()
    return found.people
  },
  expects: async (userId, { showId, startVersion }, now) => {
    const parameters = [showId, startVersion, now, userId]
    const [found] = await database.sql<{ isPartial: boolean; isSo: boolean }>(expects, ...parameters)
    if (!found || found.isPartial) throw incomplete()
    return found.isSo
  },
})
