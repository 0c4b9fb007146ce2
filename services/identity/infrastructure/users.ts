import { notFound } from '#shared/domain/errors.ts'
import type { UnitOfWork } from '#shared/infrastructure/unit-of-work.ts'
import { User } from '../domain/user.ts'
import type { Users } from '../domain/users.ts'
import type { FailureKeys } from './login-failures.ts'

/** The accounts in the database. */
export const createUsers = (unit: () => UnitOfWork, failureKeys: FailureKeys): Users => ({
  get: async (id) => {
    const user = await unit().find(User, id)
    if (!user) throw notFound('USER_NOT_FOUND', 'there is no such user')
    return user
  },
  find: (id) => unit().find(User, id),
  findByEmail: async (email) => (await unit().select(User, 'email_key = $1', email.normalized))[0],
  add: (user) => unit().add(user),
  claim: ({ id, revision }) =>
    unit().writeRows({
      sql: 'update users set revision = revision + 1 where id = $1 and revision = $2 returning 1',
      parameters: [id, revision],
    }),
  erase: (user) => {
    // Sessions, links of both kinds and sign-ins under way go with the row.
    unit().remove(user)
    unit().write({ sql: 'delete from idempotency where subject = $1', parameters: [user.id] })
    unit().write({
      sql: 'delete from login_failures where key = $1',
      parameters: [failureKeys.account(user.emailKey)],
    })
  },
})
