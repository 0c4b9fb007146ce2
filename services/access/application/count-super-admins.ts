import { precondition } from '#shared/domain/errors.ts'
import { superAdmin } from '../domain/names.ts'
import type { UserRoles } from '../domain/user-roles.ts'
import type { Ports } from './ports.ts'

const moveOf = <T>(user: UserRoles, change: () => T): { result: T; move: number } => {
  const before = user.countsAsSuperAdmin
  const result = change()
  return { result, move: Number(user.countsAsSuperAdmin) - Number(before) }
}

/**
 * Changes a user, and with it the count of the super-admins that can sign in. Throws LAST_SUPER_ADMIN where none would be
 * left.
 */
export const countChange = async <T>({ holders }: Ports, user: UserRoles, change: () => T): Promise<T> => {
  const { result, move } = moveOf(user, change)
  if (move > 0) holders.join(superAdmin)
  if (move < 0) {
    if ((await holders.count(superAdmin)) <= 1) {
      throw precondition(
        'LAST_SUPER_ADMIN',
        `no ${superAdmin} could sign in any more; assign the role to another first`,
      )
    }
    holders.leave(superAdmin)
  }
  return result
}

/** The same for what has happened already, be it to the last. */
export const countFact = ({ holders }: Ports, user: UserRoles, change: () => void): void => {
  const { move } = moveOf(user, change)
  if (move > 0) holders.join(superAdmin)
  if (move < 0) holders.drop(superAdmin)
}
