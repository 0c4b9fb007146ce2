import { member, superAdmin, tierOf, tierRoles } from './names.ts'

/** A grant of the permission in question. */
export interface GrantFact {
  grantId: string
  roleId: string
  role: string
}

/** How a user stands. */
export interface Standing {
  /** Whose account is gone holds nothing, not even what every account does. */
  isGone: boolean
  /** Whose account is suspended may do nothing with what they hold. */
  isSuspended: boolean
  /** Names of the roles that were assigned; `member` is not among them. */
  roles: readonly string[]
  /** The role that comes with the user's subscription. */
  tier: string
}

/** All that a decision depends on. */
export interface Facts extends Standing {
  userId: string
  permission: string
  /** Nobody else could sign in as super-admin: nobody takes the role from them. */
  isLastSuperAdmin: boolean
  /** Every role that grants the permission, held or not. */
  grants: readonly GrantFact[]
}

/** One thing that allows what was asked. */
export type Reason = ({ kind: 'grant' | 'tier' } & GrantFact) | { kind: 'rule'; role: typeof superAdmin }

/** One change of who may do what. */
export type Change =
  | { kind: 'assign' | 'unassign'; role: string }
  | { kind: 'grant'; role: string }
  | { kind: 'revoke'; role: string; grantId: string }
  /** Another tier; `role` is the one that comes with it. */
  | { kind: 'set-tier'; role: string }
  /** The end of a suspension. */
  | { kind: 'reactivate' }

export interface Decision {
  allowed: boolean
  /** All that allows it. */
  reasons: readonly Reason[]
  /** Each alone turns the answer round. */
  flips: readonly Change[]
}

/** The roles that a user holds. */
export const effectiveRoles = ({ isGone, roles }: Pick<Standing, 'isGone' | 'roles'>): string[] =>
  isGone ? [] : [member, ...roles]

/** The roles that a user acts with: those that they hold, and that of their tier. */
export const actingRoles = (standing: Standing): string[] =>
  standing.isGone || standing.isSuspended ? [] : [...effectiveRoles(standing), standing.tier]

const reasonsOf = (facts: Facts): Reason[] => {
  const held = new Set(actingRoles(facts))
  const rule: Reason[] = held.has(superAdmin) ? [{ kind: 'rule', role: superAdmin }] : []
  return [
    ...rule,
    ...facts.grants
      .filter(({ role }) => held.has(role))
      .map((fact) => ({ kind: tierOf(fact.role) ? ('tier' as const) : ('grant' as const), ...fact })),
  ]
}

const toAllow = (facts: Facts): Change[] => {
  if (facts.isGone) return []
  if (facts.isSuspended) return reasonsOf({ ...facts, isSuspended: false }).length > 0 ? [{ kind: 'reactivate' }] : []
  const granting = facts.grants.map(({ role }) => role)
  const assignable = [...granting, superAdmin].filter((role) => role !== member && !tierOf(role))
  return [
    ...[...new Set(assignable)].map((role) => ({ kind: 'assign' as const, role })),
    ...granting.filter((role) => tierOf(role)).map((role) => ({ kind: 'set-tier' as const, role })),
    ...actingRoles(facts).map((role) => ({ kind: 'grant' as const, role })),
  ]
}

/** What a user may have instead of a role that alone allows something. */
const without = (role: string, { grants, isLastSuperAdmin }: Facts): Change[] => {
  if (role === member || (role === superAdmin && isLastSuperAdmin)) return []
  if (!tierOf(role)) return [{ kind: 'unassign', role }]
  const granting = new Set(grants.map((fact) => fact.role))
  return tierRoles.filter((tier) => !granting.has(tier)).map((tier) => ({ kind: 'set-tier', role: tier }))
}

/**
 * Where one thing alone allows it, that can be taken away; `member` cannot be taken from anybody, nor `super-admin` from
 * the last.
 */
const toDeny = (reasons: readonly Reason[], facts: Facts): Change[] => {
  const roles = new Set(reasons.map(({ role }) => role))
  const [role] = roles
  if (roles.size !== 1 || role === undefined) return []
  const [only, ...others] = reasons
  const revoke: Change[] =
    only && only.kind !== 'rule' && others.length === 0 ? [{ kind: 'revoke', role, grantId: only.grantId }] : []
  return [...without(role, facts), ...revoke]
}

/** Whether a user holds a permission, why, and what would change that. Depends on nothing but the facts. */
export const decide = (facts: Facts): Decision => {
  const reasons = reasonsOf(facts)
  const allowed = reasons.length > 0
  return { allowed, reasons, flips: allowed ? toDeny(reasons, facts) : toAllow(facts) }
}
