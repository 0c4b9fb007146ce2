import { denied } from '#shared/domain/errors.ts'
import { actingRoles, decide, effectiveRoles, type Facts, type Standing } from '../domain/decision.ts'
import { freeRole, superAdmin } from '../domain/names.ts'
import type { Ports } from './ports.ts'

/** A user and what they would do. */
export interface Question {
  userId: string
  permission: string
}

/** How an account stands that no event has told of yet. */
const unheard: Standing = { isGone: false, isSuspended: false, roles: [], tier: freeRole }

/** The facts of each question, in order. */
const factsOf = async ({ facts }: Ports, questions: readonly Question[]): Promise<Facts[]> => {
  const [users, grants] = await Promise.all([
    facts.users([...new Set(questions.map(({ userId }) => userId))]),
    facts.grants([...new Set(questions.map(({ permission }) => permission))]),
  ])
  return questions.map((question) => ({
    ...question,
    ...(users.get(question.userId) ?? unheard),
    isLastSuperAdmin: false,
    grants: grants.get(question.permission) ?? [],
  }))
}

/** Whether users hold permissions, in the order of the questions. */
export const checkAccess =
  (ports: Ports) =>
  async (questions: readonly Question[]): Promise<boolean[]> =>
    (await factsOf(ports, questions)).map((facts) => decide(facts).allowed)

/** What decides, by the code that decides. Throws PERMISSION_NOT_FOUND, USER_NOT_FOUND. */
export const explainAccess = (ports: Ports) => async (question: Question) => {
  await ports.permissions.get(question.permission)
  const { countsAsSuperAdmin } = await ports.users.get(question.userId)
  const [facts] = (await factsOf(ports, [question])) as [Facts]
  const isLastSuperAdmin = countsAsSuperAdmin && (await ports.holders.count(superAdmin)) <= 1
  const decision = decide({ ...facts, isLastSuperAdmin })
  const names = [...decision.flips, ...decision.reasons].flatMap((each) => ('role' in each ? [each.role] : []))
  const roles = await ports.roles.named([...new Set(names)])
  return { decision, roles: effectiveRoles(facts), roleIds: new Map(roles.map(({ name, id }) => [name, id])) }
}

/** A user's roles and permissions, by name. */
export const listPermissionsOf = (ports: Ports) => async (userId: string) => {
  const standing = (await ports.facts.users([userId])).get(userId) ?? unheard
  const acting = actingRoles(standing)
  const permissions = acting.includes(superAdmin)
    ? (await ports.permissions.all()).map(({ name }) => name)
    : await ports.facts.permissionsOf(acting)
  return { roles: effectiveRoles(standing).toSorted(), permissions: permissions.toSorted() }
}

/** Nobody hands out, or takes away, what they do not hold. Throws BEYOND_CALLER. */
export const mustHold = async (ports: Ports, callerId: string, permissions: readonly string[]): Promise<void> => {
  const allowed = await checkAccess(ports)(permissions.map((permission) => ({ userId: callerId, permission })))
  const missing = permissions.filter((_, index) => !allowed[index])
  if (missing.length === 0) return
  throw denied('BEYOND_CALLER', `this would need ${missing.slice(0, 5).join(', ')}, which you do not hold yourself`)
}

/** The same for a role: everything that it grants. Throws BEYOND_CALLER. */
export const mustHoldRole = async (ports: Ports, callerId: string, role: string): Promise<void> => {
  const caller = (await ports.facts.users([callerId])).get(callerId)
  if (caller && actingRoles(caller).includes(superAdmin)) return
  if (role === superAdmin) throw denied('BEYOND_CALLER', `only a ${superAdmin} decides who else is one`)
  const permissions = await ports.facts.permissionsOf([role])
  if (permissions.length > 0) await mustHold(ports, callerId, permissions)
}
