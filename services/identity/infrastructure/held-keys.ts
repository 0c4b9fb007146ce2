import { timingSafeEqual } from 'node:crypto'
import type { Database } from '#shared/infrastructure/database.ts'
import type { HeldKeys } from '../application/ports.ts'
import { noteUseEveryMs } from '../domain/api-key.ts'

interface Row {
  [column: string]: unknown
  id: string
  hash: Buffer
  user_id: string
  roles: string[]
  scopes: string[]
  last_used_at: Date | null
}

/** Who holds which key, straight from the database: asked about every key in use, every two seconds. */
export const createHeldKeys = (database: Database): HeldKeys => ({
  find: async ({ prefix, hash }, now) => {
    const rows = await database.sql<Row>(
      `select k.id, k.hash, k.user_id, u.roles, k.scopes, k.last_used_at
       from api_keys k join users u on u.id = k.user_id
       where k.prefix = $1 and k.revoked_at is null and k.expires_at > $2 and u.suspended_at is null`,
      prefix,
      now,
    )
    // Found by what is no secret and compared here: how long an index looks for a hash depends on what it holds.
    const row = rows.find((each) => timingSafeEqual(each.hash, hash))
    if (!row) return undefined
    const { id: apiKeyId, user_id: userId, roles, scopes, last_used_at: lastUsedAt } = row
    return { apiKeyId, userId, roles, scopes, lastUsedAt: lastUsedAt ?? undefined }
  },
  noteUse: async (id, now) => {
    await database.sql(
      'update api_keys set last_used_at = $2 where id = $1 and (last_used_at is null or last_used_at <= $3)',
      id,
      now,
      new Date(now.getTime() - noteUseEveryMs),
    )
  },
})
