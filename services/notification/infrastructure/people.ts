import { notFound, unavailable } from '#shared/domain/errors.ts'
import { isFilling } from '#shared/infrastructure/consumer/lease.ts'
import type { Database } from '#shared/infrastructure/database.ts'
import type { UnitOfWork } from '#shared/infrastructure/unit-of-work.ts'
import type { People, Person } from '../application/people-ports.ts'
import { keepLiving } from './living.ts'

const storable = (text: string): string => text.replaceAll('\0', '')

/** The people on the platform, in the database. */
export const createPeople = (database: Database, unit: () => UnitOfWork): People => ({
  find: async (ids) => {
    if (ids.length === 0) return new Map()
    const rows = await database.sql(
      `select user_id as "userId", display_name as "displayName", language, time_zone as "timeZone" from people
       where user_id = any($1::uuid[])`,
      ids,
    )
    return new Map((rows as unknown as Person[]).map((person) => [person.userId, person]))
  },
  remember: ({ userId, displayName, language, timeZone }) =>
    unit().write({
      sql: `insert into people as p (user_id, display_name, language, time_zone)
        values ($1, $2, $3, coalesce($4, 'UTC'))
        on conflict (user_id) do update set display_name = excluded.display_name, language = excluded.language,
          time_zone = coalesce($4, p.time_zone)`,
      parameters: [userId, storable(displayName), language, timeZone ?? null],
    }),
  forget: (userId) => unit().write({ sql: 'delete from people where user_id = $1', parameters: [userId] }),
  mustLive: async (userId) => {
    keepLiving(unit(), [userId])
    const rows = await database.look('select 1 from gone_people where user_id = $1', userId)
    if (rows.length > 0) throw notFound('USER_NOT_FOUND', 'there is no such user')
  },
  gone: async (ids) => {
    if (ids.length === 0) return new Set()
    const rows = await database.sql<{ id: string }>(
      'select user_id as id from gone_people where user_id = any($1::uuid[])',
      ids,
    )
    return new Set(rows.map(({ id }) => id))
  },
  page: async (after, limit) => {
    const [row] = await database.sql<{ ids: string[]; isPartial: boolean }>(
      `select ${isFilling('people')} as "isPartial", array(
         select user_id::text from people where $1::uuid is null or user_id > $1::uuid
         order by user_id limit $2::integer
       ) as ids`,
      after ?? null,
      limit,
    )
    if (!row || row.isPartial) throw unavailable('PEOPLE_INCOMPLETE', 'who is on the platform is being read again')
    return row.ids
  },
})
