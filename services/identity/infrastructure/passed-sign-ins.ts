import type { Database } from '#shared/infrastructure/database.ts'
import type { UnitOfWork } from '#shared/infrastructure/unit-of-work.ts'
import type { PassedSignIns, SignInReturn } from '../domain/oauth.ts'
import { hashOf } from './started-sign-ins.ts'

const codeHashOf = ({ code, binding }: SignInReturn): Buffer => hashOf(JSON.stringify([code, binding]))

/** Sign-ins that want a second factor in the database, by hashes of all that the call was made with. */
export const createPassedSignIns = (database: Database, unit: () => UnitOfWork): PassedSignIns => ({
  add: (back, { userId, provider }, expiresAt) =>
    unit().write({
      sql: `insert into passed_sign_ins (state_hash, code_hash, user_id, provider, expires_at)
        values ($1, $2, $3, $4, $5)`,
      parameters: [hashOf(back.state), codeHashOf(back), userId, provider, expiresAt],
    }),
  find: async (back, now) => {
    const [row] = await database.sql<{ user_id: string; provider: string }>(
      'select user_id, provider from passed_sign_ins where state_hash = $1 and code_hash = $2 and expires_at > $3',
      hashOf(back.state),
      codeHashOf(back),
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
