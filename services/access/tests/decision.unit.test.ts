import fc from 'fast-check'
import { expect, it } from 'vitest'
import { type Change, decide, type Facts, type GrantFact } from '../domain/decision.ts'
import { freeRole, member, superAdmin, tierRoles } from '../domain/names.ts'

const roles = ['admin', 'support', 'editor', superAdmin] as const

const grantOf = (role: string): GrantFact => ({ grantId: `grant-${role}`, roleId: `id-${role}`, role })

const facts = fc.record<Facts>({
  userId: fc.constant('ann'),
  permission: fc.constant('story:publish'),
  isGone: fc.boolean(),
  isSuspended: fc.boolean(),
  isLastSuperAdmin: fc.boolean(),
  roles: fc.uniqueArray(fc.constantFrom(...roles)),
  tier: fc.constantFrom(...tierRoles),
  grants: fc.uniqueArray(fc.constantFrom(member, ...roles, ...tierRoles)).map((names) => names.map(grantOf)),
})

const without = (names: readonly string[], role: string) => names.filter((name) => name !== role)

/** What a change makes of the facts. */
const apply = (before: Facts, change: Change): Facts => {
  if (change.kind === 'reactivate') return { ...before, isSuspended: false }
  const { role } = change
  switch (change.kind) {
    case 'assign':
      return { ...before, roles: [...without(before.roles, role), role] }
    case 'unassign':
      return { ...before, roles: without(before.roles, role) }
    case 'grant':
      return { ...before, grants: [...before.grants.filter((fact) => fact.role !== role), grantOf(role)] }
    case 'set-tier':
      return { ...before, tier: role }
    case 'revoke':
      return { ...before, grants: before.grants.filter(({ grantId }) => grantId !== change.grantId) }
  }
}

/** Every change that can be made at all. */
const everyChange = ({ roles: held, grants, isGone, isSuspended, isLastSuperAdmin, tier }: Facts): Change[] => [
  ...(isSuspended ? [{ kind: 'reactivate' } as const] : []),
  ...(isGone ? [] : roles.map((role): Change => ({ kind: 'assign', role }))),
  ...held
    .filter((role) => role !== superAdmin || !isLastSuperAdmin)
    .map((role): Change => ({ kind: 'unassign', role })),
  ...(isGone ? [] : tierRoles.filter((role) => role !== tier).map((role): Change => ({ kind: 'set-tier', role }))),
  ...[member, ...roles, ...tierRoles].map((role): Change => ({ kind: 'grant', role })),
  ...grants.map(({ role, grantId }): Change => ({ kind: 'revoke', role, grantId })),
]

const key = (change: Change) => ('role' in change ? `${change.kind} ${change.role}` : change.kind)

it('each change that is named turns the answer round, and no other does', () => {
  const check = fc.property(facts, (before) => {
    const { allowed, flips } = decide(before)
    const flipping = everyChange(before).filter((change) => decide(apply(before, change)).allowed !== allowed)
    expect(flips.map(key).sort()).toEqual(flipping.map(key).sort())
  })
  fc.assert(check, { numRuns: 2000 })
})

it('something allows it exactly when it is allowed, and all that does is named', () => {
  const check = fc.property(facts, (given) => {
    const { allowed, reasons } = decide(given)
    expect(reasons.length > 0).toBe(allowed)
    const held = given.isGone || given.isSuspended ? [] : [member, ...given.roles, given.tier]
    const expected = given.grants.filter(({ role }) => held.includes(role)).map(({ grantId }) => grantId)
    expect(reasons.flatMap((reason) => (reason.kind !== 'rule' ? [reason.grantId] : []))).toEqual(expected)
    expect(reasons.some(({ kind }) => kind === 'rule')).toBe(held.includes(superAdmin))
  })
  fc.assert(check)
})

it('nothing lets in whose account is gone', () => {
  const left: Facts = {
    userId: 'ann',
    permission: 'a:b',
    isGone: true,
    isSuspended: false,
    isLastSuperAdmin: false,
    roles: [],
    tier: freeRole,
    grants: [grantOf(member)],
  }
  expect(decide(left)).toEqual({ allowed: false, reasons: [], flips: [] })
})
