import { precondition } from '#shared/domain/errors.ts'
import { effectiveRoles } from '../domain/decision.ts'
import { member, superAdmin, tierRole } from '../domain/names.ts'
import { UserRoles } from '../domain/user-roles.ts'
import { mustHoldRole } from './decisions.ts'
import type { Ports } from './ports.ts'

const give = async ({ roles, holders, audit }: Ports, user: UserRoles, roleName: string): Promise<void> => {
  if (!user.assign(await roles.get(roleName))) return
  if (roleName === superAdmin) holders.join(roleName)
  audit.note({ action: 'ROLE_ASSIGNED', userId: user.id, role: roleName })
}

/** Gives a user a role. Throws ROLE_NOT_FOUND, USER_NOT_FOUND, IMPLICIT_ROLE, BEYOND_CALLER. */
export const assignRole =
  (ports: Ports) =>
  async (callerId: string, userId: string, roleName: string): Promise<string[]> => {
    await ports.roles.get(roleName)
    await mustHoldRole(ports, callerId, roleName)
    const user = await ports.users.get(userId)
    await give(ports, user, roleName)
    return effectiveRoles(user)
  }

/**
 * Takes a role from a user. Throws ROLE_NOT_FOUND, USER_NOT_FOUND, IMPLICIT_ROLE, BEYOND_CALLER, LAST_SUPER_ADMIN, also
 * when the last two take it from each other at once.
 */
export const unassignRole =
  (ports: Ports) =>
  async (callerId: string, userId: string, roleName: string): Promise<string[]> => {
    const { roles, users, holders, audit } = ports
    const role = await roles.get(roleName)
    await mustHoldRole(ports, callerId, roleName)
    const user = await users.get(userId)
    if (!user.unassign(role)) return effectiveRoles(user)
    if (roleName === superAdmin) {
      if ((await holders.count(superAdmin)) <= 1) {
        throw precondition(
          'LAST_SUPER_ADMIN',
          `nobody would be ${superAdmin} any more; assign the role to another first`,
        )
      }
      holders.leave(superAdmin)
    }
    audit.note({ action: 'ROLE_UNASSIGNED', userId, role: roleName })
    return effectiveRoles(user)
  }

/** An account was opened: it is a member. */
export const welcomeUser =
  ({ users, roles }: Ports) =>
  async (userId: string): Promise<void> => {
    if (await users.find(userId)) return
    const user = UserRoles.of(userId)
    user.joined(await roles.get(member))
    users.add(user)
  }

/** A subscription is of another tier: with it comes another role. An account that is heard of by that is a member, too. */
export const noteTier =
  ({ users, roles }: Ports) =>
  async (userId: string, tier: string): Promise<void> => {
    const known = await users.find(userId)
    const user = known ?? UserRoles.of(userId)
    if (!known) {
      user.joined(await roles.get(member))
      users.add(user)
    }
    user.subscribed(tierRole(tier))
  }

/** An account is gone, and with it all its roles; whoever holds a token of it is refused from now on. */
export const removeUser =
  ({ users, roles, holders, audit, clock }: Ports) =>
  async (userId: string): Promise<void> => {
    const known = await users.find(userId)
    if (known?.isGone) return
    const user = known ?? UserRoles.of(userId)
    if (!known) users.add(user)
    const held = [...user.roles]
    user.leave(await roles.named(held), clock.now())
    if (held.includes(superAdmin)) holders.drop(superAdmin)
    if (held.length > 0) audit.note({ action: 'USER_REMOVED', userId })
  }

/** Makes somebody the first super-admin, where there is none. */
export const bootstrapSuperAdmin =
  (ports: Ports) =>
  async (userId: string): Promise<void> => {
    if ((await ports.holders.count(superAdmin)) > 0) return
    const known = await ports.users.find(userId)
    const user = known ?? UserRoles.of(userId)
    if (!known) ports.users.add(user)
    await give(ports, user, superAdmin)
  }
