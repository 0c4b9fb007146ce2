import { superAdmin } from '../domain/names.ts'
import { assignRole, bootstrapSuperAdmin, noteTier, removeUser, unassignRole, welcomeUser } from './assign-roles.ts'
import { anchorAuditLog, listAuditLog, verifyAuditLog } from './audit.ts'
import { checkAccess, explainAccess, listPermissionsOf } from './decisions.ts'
import {
  createPermission,
  createRole,
  grantPermission,
  listPermissions,
  listRoles,
  revokePermission,
} from './manage-roles.ts'
import type { Ports } from './ports.ts'
import { seedContracts } from './start-up.ts'
import { noteReactivated, noteSuspended, standDown } from './suspensions.ts'

/** Everything access can do. */
export const createAccessApp = (ports: Ports) => ({
  seedContracts: seedContracts(ports),
  bootstrapSuperAdmin: bootstrapSuperAdmin(ports),
  needsSuperAdmin: async () => (await ports.holders.count(superAdmin)) === 0,
  createRole: createRole(ports),
  listRoles: listRoles(ports),
  createPermission: createPermission(ports),
  listPermissions: listPermissions(ports),
  grantPermission: grantPermission(ports),
  revokePermission: revokePermission(ports),
  assignRole: assignRole(ports),
  unassignRole: unassignRole(ports),
  welcomeUser: welcomeUser(ports),
  noteTier: noteTier(ports),
  removeUser: removeUser(ports),
  standDown: standDown(ports),
  noteSuspended: noteSuspended(ports),
  noteReactivated: noteReactivated(ports),
  checkAccess: checkAccess(ports),
  explainAccess: explainAccess(ports),
  listPermissionsOf: listPermissionsOf(ports),
  listAuditLog: listAuditLog(ports),
  verifyAuditLog: verifyAuditLog(ports),
  anchorAuditLog: anchorAuditLog(ports),
})

export type AccessApp = ReturnType<typeof createAccessApp>
