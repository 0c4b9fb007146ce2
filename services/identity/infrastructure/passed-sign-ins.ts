import type { Database } from '#shared/infrastructure/database.ts'
import type { UnitOfWork } from '#shared/infrastructure/unit-of-work.ts'
import type { PassedSignIns } from '../domain/oauth.ts'
import { hashOf } from './started-sign-ins.ts'

/** Sign-ins that want a second factor in the database, by the hashes of what the provider sent the browser back with. */
export const createPassedSignIns = (database: Database, unit: () => UnitOfWork): PassedSignIns => ({
  add: (state, code, { userId, provider }, expiresAt) =>
    unit().write({
      sql: `insert into passed_sign_ins (state_hash, code_hash, user_id, provider, expires_at)
        values ($1, $2, $3, $4, $5)`,
      parameters: [hashOf(state), hashOf(code), userId, provider, expiresAt],
    }),
  find: async (state, code, now) => {
    const [row] = await database.sql<{ user_id: string; provider: string }>(
      'select user_id, provider from passed_sign_ins where state_hash = $1 and code_hash = $2 and expires_at > $3',
      hashOf(state),
      hashOf(code),
      now,
    )
    return row && { userId: row.user_id, provider: row.provider }
  },
  remove: (state) =>
    unit().writeRows({
      sql: 'delete from passed_sign_ins where state_hash = $1 returning 1',
      parameters: [hashOf(state)],
    }),
})
