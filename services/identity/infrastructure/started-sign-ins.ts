import { createHash } from 'node:crypto'
import type { Database } from '#shared/infrastructure/database.ts'
import type { UnitOfWork } from '#shared/infrastructure/unit-of-work.ts'
import type { StartedSignIns } from '../domain/oauth.ts'

/** What is kept of a text that entitles to something. */
export const hashOf = (text: string): Buffer => createHash('sha256').update(text).digest()

/** Sign-ins under way in the database, by the hashes of state and binding. */
export const createStartedSignIns = (database: Database, unit: () => UnitOfWork): StartedSignIns => ({
  add: ({ state, binding }, { provider, redirectUri, userId }, expiresAt) =>
    unit().write({
      sql: `insert into oauth_states (state_hash, binding_hash, provider, redirect_uri, user_id, expires_at)
        values ($1, $2, $3, $4, $5, $6)`,
      parameters: [hashOf(state), hashOf(binding), provider, redirectUri, userId ?? null, expiresAt],
    }),
  take: async ({ state, binding }, now) => {
    const [row] = await database.sql<{
      provider: string
      redirect_uri: string
      user_id: string | null
      expires_at: Date
    }>(
      `delete from oauth_states where state_hash = $1 and binding_hash = $2
       returning provider, redirect_uri, user_id, expires_at`,
      hashOf(state),
      hashOf(binding),
    )
    if (!row || row.expires_at <= now) return undefined
    return { provider: row.provider, redirectUri: row.redirect_uri, userId: row.user_id ?? undefined }
  },
})
