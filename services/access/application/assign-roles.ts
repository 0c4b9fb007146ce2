import { effectiveRoles } from '../domain/decision.ts'
import { member, superAdmin, tierRole } from '../domain/names.ts'
import type { UserRoles } from '../domain/user-roles.ts'
import { countChange, countFact } from './count-super-admins.ts'
import { mustHoldRole } from './decisions.ts'
import type { Ports } from './ports.ts'

const give = async (ports: Ports, user: UserRoles, roleName: string): Promise<void> => {
  const role = await ports.roles.get(roleName)
  if (!(await countChange(ports, user, () => user.assign(role)))) return
  ports.audit.note({ action: 'ROLE_ASSIGNED', userId: user.id, role: roleName })
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
    const { roles, users, audit } = ports
    const role = await roles.get(roleName)
    await mustHoldRole(ports, callerId, roleName)
    const user = await users.get(userId)
    if (await countChange(ports, user, () => user.unassign(role))) {
      audit.note({ action: 'ROLE_UNASSIGNED', userId, role: roleName })
    }
    return effectiveRoles(user)
  }

const welcome = async ({ roles }: Ports, user: UserRoles): Promise<void> => {
  if (!user.hasJoined) user.joined(await roles.get(member))
}

/** An account was opened: it is a member, whatever was heard of it before. */
export const welcomeUser =
  (ports: Ports) =>
  async (userId: string): Promise<void> =>
    welcome(ports, await ports.users.getOrMake(userId))

/** A subscription is of another tier: with it comes another role. An account that is heard of by that is a member, too. */
export const noteTier =
  (ports: Ports) =>
  async (userId: string, tier: string): Promise<void> => {
    const user = await ports.users.getOrMake(userId)
    await welcome(ports, user)
    user.subscribed(tierRole(tier))
  }

/** An account is gone, and with it all its roles; whoever holds a token of it is refused from now on. */
export const removeUser =
  (ports: Ports) =>
  async (userId: string): Promise<void> => {
    const { users, roles, audit, clock } = ports
    const user = await users.getOrMake(userId)
    if (user.isGone) return
    const held = await roles.named(user.roles)
    countFact(ports, user, () => user.leave(held, clock.now()))
    if (held.length > 0) audit.note({ action: 'USER_REMOVED', userId })
  }

/** Makes somebody the first super-admin, where there is none. */
export const bootstrapSuperAdmin =
  (ports: Ports) =>
  async (userId: string): Promise<void> => {
    if ((await ports.holders.count(superAdmin)) > 0) return
    await give(ports, await ports.users.getOrMake(userId), superAdmin)
  }
