import type { Clock } from '#shared/domain/clock.ts'
import type { Ids } from '#shared/domain/ids.ts'
import type { Anchor, AuditLog, AuditNote, HashEntry, StoredEntry } from '../domain/audit-log.ts'
import type { GrantFact, Standing } from '../domain/decision.ts'
import type { Permission } from '../domain/permission.ts'
import type { Grant, Role } from '../domain/role.ts'
import type { UserRoles } from '../domain/user-roles.ts'

export interface Roles {
  /** Throws ROLE_NOT_FOUND. */
  get(name: string): Promise<Role>
  named(names: readonly string[]): Promise<Role[]>
  add(role: Role): void
  /** By name, after one. */
  list(after: string, limit: number): Promise<Role[]>
  grants(roles: readonly string[]): Promise<Grant[]>
  grant(grant: Grant): void
  revoke(grant: Grant): void
  /** What contracts have granted so far, whatever became of it. */
  grantedByContract(): Promise<ContractGrant[]>
  noteContractGrant(grant: ContractGrant): void
}

/** A permission that a contract lets a role grant from the start. */
export interface ContractGrant {
  permission: string
  role: string
}

export interface Permissions {
  /** Throws PERMISSION_NOT_FOUND. */
  get(name: string): Promise<Permission>
  add(permission: Permission): void
  /** By name, after one; of one resource where that is not empty. */
  list(resource: string, after: string, limit: number): Promise<Permission[]>
  /** Everything, for start-up. */
  all(): Promise<Permission[]>
}

export interface Users {
  /** The user's roles, also where no event has told of the account yet. Throws USER_NOT_FOUND. */
  get(userId: string): Promise<UserRoles>
  /** The same of whoever is known to have, or to have had, an account. */
  getOrMake(userId: string): Promise<UserRoles>
}

/** How many who can sign in hold a role that somebody must always hold. */
export interface Holders {
  count(role: string): Promise<number>
  /** One more. */
  join(role: string): void
  /** One less; the unit is run again where that would leave none meanwhile. */
  leave(role: string): void
  /** One less, be it the last: it has happened already. */
  drop(role: string): void
}

/** What decisions depend on, read straight from the database. */
export interface DecisionFacts {
  /** Roles and state of users; those that no event has told of are left out. */
  users(ids: readonly string[]): Promise<Map<string, Standing>>
  /** Which roles grant each of some permissions. */
  grants(permissions: readonly string[]): Promise<Map<string, GrantFact[]>>
  /** Permissions that each of some roles grants. */
  permissionsOf(roles: readonly string[]): Promise<string[]>
}

export interface AuditEntryView {
  sequence: number
  at: Date
  actor: string
  action: AuditNote['action']
  userId: string
  role: string
  permission: string
  correlationId: string
  hash: string
}

export interface AuditTrail {
  /** Writes down what the unit changes. */
  note(note: AuditNote): void
  head(): Promise<AuditLog>
  list(filter: {
    userId: string
    actor: string
    role: string
    before: number | undefined
    limit: number
  }): Promise<AuditEntryView[]>
  /** Every entry, in order. */
  entries(): AsyncIterable<StoredEntry>
  /** What was told to others, oldest first. */
  anchors(): Promise<(Anchor & { at: Date })[]>
  hashOf: HashEntry
}

/** A permission that a contract names. */
export interface DeclaredPermission {
  name: string
  rpcs: readonly string[]
  /** Roles that hold it before anybody grants or revokes anything. */
  roles: readonly string[]
}

/** What the use cases of access need. */
export interface Ports {
  roles: Roles
  permissions: Permissions
  users: Users
  holders: Holders
  facts: DecisionFacts
  audit: AuditTrail
  declared: readonly DeclaredPermission[]
  ids: Ids
  clock: Clock
}
