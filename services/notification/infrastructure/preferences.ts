import type { Database } from '#shared/infrastructure/database.ts'
import type { UnitOfWork } from '#shared/infrastructure/unit-of-work.ts'
import type { Preferences } from '../application/ports.ts'
import { Preference, type Wishes } from '../domain/preference.ts'

type WishRow = Wishes & { id: string; quietHours: Wishes['quietHours'] | null }

/** What people have said about what they are told, in the database. */
export const createPreferences = (database: Database, unit: () => UnitOfWork): Preferences => ({
  find: (userId) => unit().find(Preference, userId),
  add: (preference) => unit().add(preference),
  wishesOf: async (userIds) => {
    const rows = await database.sql(
      `select id, language, time_zone as "timeZone", quiet_hours as "quietHours", digest_time as "digestTime", modes
       from preferences where id = any($1::uuid[])`,
      userIds,
    )
    const wishes = rows as unknown as WishRow[]
    return new Map(wishes.map(({ id, ...rest }) => [id, { ...rest, quietHours: rest.quietHours ?? undefined }]))
  },
})
