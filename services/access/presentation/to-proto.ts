import type { MessageInitShape } from '@bufbuild/protobuf'
import {
  AuditAction,
  type AuditEntrySchema,
  AuditFault,
  type AuditFindingSchema,
} from '#gen/troupe/access/v1/audit_pb.ts'
import type { ChangeSchema, DecisionSchema, ReasonSchema } from '#gen/troupe/access/v1/decision_pb.ts'
import type { PermissionSchema, RoleSchema } from '#gen/troupe/access/v1/role_pb.ts'
import { timestamp } from '#shared/domain/timestamp.ts'
import type { RoleWithGrants } from '../application/manage-roles.ts'
import type { AuditEntryView } from '../application/ports.ts'
import type { Finding } from '../domain/audit-log.ts'
import type { Change, Decision, Reason } from '../domain/decision.ts'
import { tierOf } from '../domain/names.ts'
import { type Permission, partsOf } from '../domain/permission.ts'

export const toRole = ({ role, grants }: RoleWithGrants): MessageInitShape<typeof RoleSchema> => ({
  id: role.id,
  name: role.name,
  description: role.description,
  isSystem: role.isSystem,
  grants: grants
    .toSorted((a, b) => (a.permission < b.permission ? -1 : 1))
    .map(({ id, permission, grantedAt }) => ({ id, permission, grantedAt: timestamp(grantedAt) })),
  createdAt: timestamp(role.createdAt),
})

export const toPermission = (permission: Permission): MessageInitShape<typeof PermissionSchema> => ({
  id: permission.id,
  name: permission.name,
  ...partsOf(permission.name),
  description: permission.description,
  rpcs: permission.rpcs,
  createdAt: timestamp(permission.createdAt),
})

interface About {
  userId: string
  permission: string
  roleIds: ReadonlyMap<string, string>
}

const toReason = (reason: Reason, { permission, roleIds }: About): MessageInitShape<typeof ReasonSchema> => {
  const { role } = reason
  const roleId = roleIds.get(role) ?? ''
  switch (reason.kind) {
    case 'grant':
      return { why: { case: 'grant', value: { grantId: reason.grantId, roleId, role, permission } } }
    case 'tier': {
      const tier = tierOf(role) ?? ''
      return { why: { case: 'tier', value: { grantId: reason.grantId, roleId, role, tier, permission } } }
    }
    case 'rule':
      return { why: { case: 'rule', value: { roleId, role, rule: `a ${role} may do everything` } } }
  }
}

const toChange = (change: Change, { userId, permission, roleIds }: About): MessageInitShape<typeof ChangeSchema> => {
  if (change.kind === 'reactivate') return { change: { case: 'reactivateUser', value: { userId } } }
  const { role } = change
  const roleId = roleIds.get(role) ?? ''
  switch (change.kind) {
    case 'assign':
      return { change: { case: 'assignRole', value: { userId, roleId, role } } }
    case 'unassign':
      return { change: { case: 'unassignRole', value: { userId, roleId, role } } }
    case 'grant':
      return { change: { case: 'grantPermission', value: { roleId, role, permission } } }
    case 'revoke':
      return { change: { case: 'revokePermission', value: { roleId, role, permission, grantId: change.grantId } } }
    case 'set-tier':
      return { change: { case: 'setTier', value: { userId, tier: tierOf(role) ?? '' } } }
  }
}

export const toDecision = (
  { allowed, reasons, flips }: Decision,
  about: About,
): MessageInitShape<typeof DecisionSchema> => ({
  allowed,
  reasons: reasons.map((reason) => toReason(reason, about)),
  flips: flips.map((change) => toChange(change, about)),
})

export const toAuditEntry = ({
  sequence,
  at,
  action,
  ...rest
}: AuditEntryView): MessageInitShape<typeof AuditEntrySchema> => ({
  ...rest,
  sequence: BigInt(sequence),
  at: timestamp(at),
  action: AuditAction[action],
})

export const toFinding = ({ fault, sequence, description }: Finding): MessageInitShape<typeof AuditFindingSchema> => ({
  fault: AuditFault[fault],
  sequence: BigInt(sequence),
  description,
})
