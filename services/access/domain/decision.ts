import { member, superAdmin } from './names.ts'

/** A grant of the permission in question. */
export interface GrantFact {
  grantId: string
  roleId: string
  role: string
}

/** All that a decision depends on. */
export interface Facts {
  userId: string
  permission: string
  /** Whose account is gone holds nothing, not even what every account does. */
  isGone: boolean
  /** Names of the roles that were assigned; `member` is not among them. */
  roles: readonly string[]
  /** Every role that grants the permission, held or not. */
  grants: readonly GrantFact[]
}

/** One thing that allows what was asked. */
export type Reason = ({ kind: 'grant' } & GrantFact) | { kind: 'rule'; role: typeof superAdmin }

/** One change of who may do what. */
export type Change =
  | { kind: 'assign' | 'unassign'; role: string }
  | { kind: 'grant'; role: string }
  | { kind: 'revoke'; role: string; grantId: string }

export interface Decision {
  allowed: boolean
  /** All that allows it. */
  reasons: readonly Reason[]
  /** Each alone turns the answer round. */
  flips: readonly Change[]
}

/** The roles that a user acts with. */
export const effectiveRoles = ({ isGone, roles }: Pick<Facts, 'isGone' | 'roles'>): string[] =>
  isGone ? [] : [member, ...roles]

const reasonsOf = (facts: Facts): Reason[] => {
  const held = new Set(effectiveRoles(facts))
  const rule: Reason[] = held.has(superAdmin) ? [{ kind: 'rule', role: superAdmin }] : []
  return [
    ...rule,
    ...facts.grants.filter(({ role }) => held.has(role)).map((fact) => ({ kind: 'grant' as const, ...fact })),
  ]
}

const toAllow = (facts: Facts): Change[] => {
  if (facts.isGone) return []
  const assignable = [...facts.grants.map(({ role }) => role), superAdmin].filter((role) => role !== member)
  return [
    ...[...new Set(assignable)].map((role) => ({ kind: 'assign' as const, role })),
    ...effectiveRoles(facts).map((role) => ({ kind: 'grant' as const, role })),
  ]
}

/** Where one thing alone allows it, that can be taken away; `member` cannot be taken from anybody. */
const toDeny = (reasons: readonly Reason[]): Change[] => {
  const roles = new Set(reasons.map(({ role }) => role))
  const [role] = roles
  if (roles.size !== 1 || role === undefined) return []
  const unassign: Change[] = role === member ? [] : [{ kind: 'unassign', role }]
  const [only, ...others] = reasons
  const revoke: Change[] =
    only?.kind === 'grant' && others.length === 0 ? [{ kind: 'revoke', role, grantId: only.grantId }] : []
  return [...unassign, ...revoke]
}

/** Whether a user holds a permission, why, and what would change that. Depends on nothing but the facts. */
export const decide = (facts: Facts): Decision => {
  const reasons = reasonsOf(facts)
  const allowed = reasons.length > 0
  return { allowed, reasons, flips: allowed ? toDeny(reasons) : toAllow(facts) }
}
