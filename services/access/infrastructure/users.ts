import type { Client } from '@connectrpc/connect'
import { Code, ConnectError } from '@connectrpc/connect'
import type { IdentityService } from '#gen/troupe/identity/v1/identity_service_pb.ts'
import { notFound } from '#shared/domain/errors.ts'
import type { Database } from '#shared/infrastructure/database.ts'
import type { UnitOfWork } from '#shared/infrastructure/unit-of-work.ts'
import type { Holders, Users } from '../application/ports.ts'
import { UserRoles } from '../domain/user-roles.ts'

const isAccount = async (identity: Client<typeof IdentityService>, userId: string): Promise<boolean> => {
  try {
    await identity.getUser({ userId })
    return true
  } catch (error) {
    if (error instanceof ConnectError && error.code === Code.NotFound) return false
    throw error
  }
}

/** Users' roles in the database; identity is asked about accounts that no event has told of yet. */
export const createUsers = (unit: () => UnitOfWork, identity: Client<typeof IdentityService>): Users => {
  const find = (userId: string) => unit().find(UserRoles, userId)
  const make = (userId: string): UserRoles => {
    const user = UserRoles.of(userId)
    unit().add(user)
    return user
  }
  return {
    get: async (userId) => {
      const known = await find(userId)
      if (known && !known.isGone) return known
      if (known || !(await isAccount(identity, userId))) throw notFound('USER_NOT_FOUND', 'there is no such user')
      return make(userId)
    },
    getOrMake: async (userId) => (await find(userId)) ?? make(userId),
  }
}

/** Counts in the database of who holds a role and can sign in. */
export const createHolders = (database: Database, unit: () => UnitOfWork): Holders => ({
  count: async (role) => {
    const [row] = await database.sql<{ count: number }>('select count from holders where role = $1', role)
    return row?.count ?? 0
  },
  join: (role) =>
    unit().writeRows({ sql: 'update holders set count = count + 1 where role = $1 returning 1', parameters: [role] }),
  leave: (role) =>
    unit().writeRows({
      sql: 'update holders set count = count - 1 where role = $1 and count > 1 returning 1',
      parameters: [role],
    }),
  drop: (role) =>
    unit().writeRows({ sql: 'update holders set count = count - 1 where role = $1 returning 1', parameters: [role] }),
})
