import { RoleAssignedSchema, RoleUnassignedSchema } from '#gen/troupe/access/v1/access_events_pb.ts'
import { Aggregate } from '#shared/domain/aggregate.ts'
import { notFound, precondition } from '#shared/domain/errors.ts'
import { freeRole, member, superAdmin, tierOf } from './names.ts'
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
  /** Whether it was told that the account is a member. */
  hasJoined!: boolean
  isSuspended!: boolean
  /** The version of the account after which it may be suspended or gone; undefined while it can be signed in to. */
  awayVersion: number | undefined
  /** When the account went; what is left is that it holds nothing. */
  goneAt: Date | undefined

  static of(userId: string): UserRoles {
    const nothing = { roles: [], tier: freeRole, hasJoined: false, isSuspended: false }
    return Object.assign(new UserRoles(), { id: userId, ...nothing, awayVersion: undefined, goneAt: undefined })
  }

  get isGone(): boolean {
    return this.goneAt !== undefined
  }

  /** Whether they are one of the super-admins that can sign in. */
  get countsAsSuperAdmin(): boolean {
    return this.awayVersion === undefined && this.roles.includes(superAdmin)
  }

  /** Notes once that the account was opened: it is a member. */
  joined(role: Pick<Role, 'id' | 'name'>): void {
    if (this.isGone || this.hasJoined) return
    this.hasJoined = true
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

  /** Notes that the account, active at a version, may be suspended or gone after it. */
  standDown(accountVersion: number): void {
    if (!this.isGone) this.awayVersion = Math.max(accountVersion, this.awayVersion ?? 0)
  }

  /** Notes that the account was suspended at a version. */
  suspended(accountVersion: number): void {
    if (!this.isGone) this.isSuspended = true
    this.standDown(accountVersion)
  }

  /** Notes that the account was reactivated at a version. Whoever has stood down since stays away. */
  reactivated(accountVersion: number): void {
    this.isSuspended = false
    if (this.awayVersion !== undefined && accountVersion > this.awayVersion) this.awayVersion = undefined
  }

  /** Takes everything: the account is gone. */
  leave(roles: readonly Pick<Role, 'id' | 'name'>[], now: Date): void {
    for (const role of roles) this.unassign(role)
    this.tier = freeRole
    this.isSuspended = false
    this.awayVersion = undefined
    this.goneAt = now
  }
}
