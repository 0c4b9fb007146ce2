import { RoleAssignedSchema, RoleUnassignedSchema } from '#gen/troupe/access/v1/access_events_pb.ts'
import { Aggregate } from '#shared/domain/aggregate.ts'
import { notFound, precondition } from '#shared/domain/errors.ts'
import { freeRole, member, tierOf } from './names.ts'
import type { Role } from './role.ts'

const mustBeAssignable = (role: string): void => {
  if (role === member) throw precondition('IMPLICIT_ROLE', `every account is a ${member}, and stays one`)
  if (tierOf(role)) throw precondition('IMPLICIT_ROLE', `${role} comes with the subscription`)
}

/** The roles of one user. */
export class UserRoles extends Aggregate {
  /** The user's. */
  readonly id!: string
  /** Names, in the order of assignment; `member` is not among them. */
  roles!: string[]
  /** The role that comes with the subscription. */
  tier!: string
  /** When the account went; what is left is that it holds nothing. */
  goneAt: Date | undefined

  static of(userId: string): UserRoles {
    return Object.assign(new UserRoles(), { id: userId, roles: [], tier: freeRole, goneAt: undefined })
  }

  get isGone(): boolean {
    return this.goneAt !== undefined
  }

  /** Notes that the account was opened: it is a member. */
  joined(role: Pick<Role, 'id' | 'name'>): void {
    this.record(RoleAssignedSchema, { userId: this.id, roleId: role.id, role: role.name })
  }

  /** Answers whether that changed anything. Throws USER_NOT_FOUND, IMPLICIT_ROLE. */
  assign(role: Pick<Role, 'id' | 'name'>): boolean {
    if (this.isGone) throw notFound('USER_NOT_FOUND', 'there is no such user')
    mustBeAssignable(role.name)
    if (this.roles.includes(role.name)) return false
    this.roles = [...this.roles, role.name]
    this.record(RoleAssignedSchema, { userId: this.id, roleId: role.id, role: role.name })
    return true
  }

  /** Answers whether that changed anything. Throws IMPLICIT_ROLE. */
  unassign(role: Pick<Role, 'id' | 'name'>): boolean {
    mustBeAssignable(role.name)
    if (!this.roles.includes(role.name)) return false
    this.roles = this.roles.filter((name) => name !== role.name)
    this.record(RoleUnassignedSchema, { userId: this.id, roleId: role.id, role: role.name })
    return true
  }

  /** Notes another tier. */
  subscribed(tier: string): void {
    if (!this.isGone) this.tier = tier
  }

  /** Takes everything: the account is gone. */
  leave(roles: readonly Pick<Role, 'id' | 'name'>[], now: Date): void {
    for (const role of roles) this.unassign(role)
    this.goneAt = now
  }
}
