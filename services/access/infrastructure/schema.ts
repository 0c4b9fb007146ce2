import { defineEntity, p } from '@mikro-orm/core'
import { AuditLog } from '../domain/audit-log.ts'
import { Permission } from '../domain/permission.ts'
import { Grant, Role } from '../domain/role.ts'
import { UserRoles } from '../domain/user-roles.ts'

const RoleSchema = defineEntity({
  class: Role,
  tableName: 'roles',
  properties: {
    id: p.uuid().primary(),
    name: p.text(),
    description: p.text(),
    isSystem: p.boolean(),
    createdAt: p.datetime(3),
    revision: p.integer().version(),
  },
})

const GrantSchema = defineEntity({
  class: Grant,
  tableName: 'grants',
  properties: {
    id: p.uuid().primary(),
    role: p.text(),
    permission: p.text(),
    grantedAt: p.datetime(3),
  },
})

const PermissionSchema = defineEntity({
  class: Permission,
  tableName: 'permissions',
  properties: {
    id: p.uuid().primary(),
    name: p.text(),
    description: p.text(),
    rpcs: p.array(),
    createdAt: p.datetime(3),
  },
})

const UserRolesSchema = defineEntity({
  class: UserRoles,
  tableName: 'users',
  properties: {
    id: p.uuid().primary(),
    roles: p.array(),
    tier: p.text(),
    hasJoined: p.boolean(),
    isSuspended: p.boolean(),
    awayVersion: p.integer().nullable(),
    goneAt: p.datetime(3).nullable(),
    revision: p.integer().version(),
  },
})

const AuditLogSchema = defineEntity({
  class: AuditLog,
  tableName: 'audit_head',
  properties: {
    id: p.text().primary(),
    sequence: p.integer(),
    hash: p.text(),
    anchoredSequence: p.integer(),
    anchoredAt: p.datetime(3).nullable(),
    revision: p.integer().version(),
  },
})

/** How the aggregates of access are mapped. */
export const entities = [RoleSchema, GrantSchema, PermissionSchema, UserRolesSchema, AuditLogSchema]
