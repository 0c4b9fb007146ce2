import type { Database } from '#shared/infrastructure/database.ts'
import type { UnitOfWork } from '#shared/infrastructure/unit-of-work.ts'
import { ApiKey, type ApiKeys, shownAfterExpiryMs } from '../domain/api-key.ts'

const newestFirst = 'order by created_at desc, id desc'
const shown = 'user_id = $1 and revoked_at is null and expires_at > $2'

/** The API keys in the database. */
export const createApiKeys = (database: Database, unit: () => UnitOfWork): ApiKeys => ({
  find: (id) => unit().find(ApiKey, id),
  liveOf: async (userId, now) => {
    // By itself: that a key has expired is so whatever comes of the unit, and an index cannot tell the time.
    await database.sql(
      'update api_keys set place = null where user_id = $1 and place is not null and expires_at <= $2',
      userId,
      now,
    )
    return unit().select(ApiKey, `${shown} ${newestFirst}`, userId, now)
  },
  page: (userId, now, limit, after) => {
    const expiredAfter = new Date(now.getTime() - shownAfterExpiryMs)
    return after
      ? unit().select(
          ApiKey,
          `${shown} and (created_at, id) < ($3::timestamptz, $4::uuid) ${newestFirst} limit $5`,
          userId,
          expiredAfter,
          after.time,
          after.id,
          limit,
        )
      : unit().select(ApiKey, `${shown} ${newestFirst} limit $3`, userId, expiredAfter, limit)
  },
  add: (key) => unit().add(key),
})
