import { systemRoles } from '../domain/names.ts'
import { Permission } from '../domain/permission.ts'
import { Grant, Role } from '../domain/role.ts'
import type { Ports } from './ports.ts'

/**
 * Makes the roles and permissions that contracts name and the database lacks, with the grants that they declare. What
 * is there already stays as operators have made it; only the rpcs that ask for a permission are brought up to date.
 */
export const seedContracts =
  ({ roles, permissions, audit, declared, ids, clock }: Ports) =>
  async (): Promise<void> => {
    const now = clock.now()
    const known = new Set((await roles.named(Object.keys(systemRoles))).map(({ name }) => name))
    for (const [name, description] of Object.entries(systemRoles)) {
      if (known.has(name)) continue
      roles.add(Role.create({ id: ids.next(), name, description, isSystem: true }, now))
      audit.note({ action: 'ROLE_CREATED', role: name })
    }
    const present = new Map((await permissions.all()).map((permission) => [permission.name, permission]))
    for (const { name, rpcs, roles: holders } of declared) {
      const permission = present.get(name)
      if (permission) {
        if (permission.rpcs.join() !== rpcs.join()) permission.rpcs = [...rpcs]
        continue
      }
      permissions.add(Permission.make({ id: ids.next(), name, description: '', rpcs: [...rpcs], createdAt: now }))
      audit.note({ action: 'PERMISSION_CREATED', permission: name })
      for (const role of holders) {
        roles.grant(Grant.make({ id: ids.next(), role, permission: name, grantedAt: now }))
        audit.note({ action: 'PERMISSION_GRANTED', role, permission: name })
      }
    }
  }
