import type { ServiceImpl } from '@connectrpc/connect'
import type { AccessService, CheckAccessRequest } from '#gen/troupe/access/v1/access_service_pb.ts'
import { timestamp } from '#shared/domain/timestamp.ts'
import { caller } from '#shared/presentation/gate.ts'
import type { AccessApp } from '../application/access-app.ts'
import type { Question } from '../application/decisions.ts'
import { toAuditEntry, toDecision, toFinding, toPermission, toRole } from './to-proto.ts'

const questionOf = ({ userId, resource, action }: Pick<CheckAccessRequest, keyof CheckAccessRequest>): Question => ({
  userId,
  permission: `${resource}:${action}`,
})

/** Answers AccessService. */
export const accessService = (app: AccessApp): ServiceImpl<typeof AccessService> => ({
  createRole: async ({ name, description }) => ({ role: toRole(await app.createRole(name, description)) }),
  listRoles: async (page) => {
    const { items, nextPageToken } = await app.listRoles(page)
    return { roles: items.map(toRole), nextPageToken }
  },
  createPermission: async ({ name, description }) => ({
    permission: toPermission(await app.createPermission(name, description)),
  }),
  listPermissions: async (request) => {
    const { items, nextPageToken } = await app.listPermissions(request)
    return { permissions: items.map(toPermission), nextPageToken }
  },
  grantPermission: async ({ role, permission }, context) => ({
    role: toRole(await app.grantPermission(caller(context), role, permission)),
  }),
  revokePermission: async ({ role, permission }, context) => ({
    role: toRole(await app.revokePermission(caller(context), role, permission)),
  }),
  assignRole: async ({ userId, role }, context) => ({ roles: await app.assignRole(caller(context), userId, role) }),
  unassignRole: async ({ userId, role }, context) => ({
    roles: await app.unassignRole(caller(context), userId, role),
  }),
  standDown: async ({ userId, accountVersion }) => {
    await app.standDown(userId, accountVersion)
    return {}
  },
  checkAccess: async (request) => {
    const [allowed = false] = await app.checkAccess([questionOf(request)])
    return { allowed }
  },
  batchCheckAccess: async ({ checks }) => ({ allowed: await app.checkAccess(checks.map(questionOf)) }),
  explainAccess: async ({ userId, resource, action }) => {
    const permission = `${resource}:${action}`
    const { decision, roles, roleIds } = await app.explainAccess({ userId, permission })
    return { decision: toDecision(decision, { userId, permission, roleIds }), roles }
  },
  listMyPermissions: async (_, context) => app.listPermissionsOf(caller(context)),
  listAuditLog: async (request) => {
    const { items, nextPageToken } = await app.listAuditLog(request)
    return { entries: items.map(toAuditEntry), nextPageToken }
  },
  verifyAuditLog: async () => {
    const { isIntact, entries, findings, anchor } = await app.verifyAuditLog()
    return {
      isIntact,
      entries: BigInt(entries),
      findings: findings.map(toFinding),
      ...(anchor && { anchoredSequence: BigInt(anchor.sequence), anchoredAt: timestamp(anchor.at) }),
    }
  },
})
