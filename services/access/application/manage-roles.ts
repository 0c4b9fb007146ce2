import { placeOf, textValue } from '#shared/application/page-values.ts'
import { pageOf, pageSize } from '#shared/application/paging.ts'
import { Permission } from '../domain/permission.ts'
import { Grant, Role } from '../domain/role.ts'
import { mustHold } from './decisions.ts'
import type { Ports } from './ports.ts'

export interface Page {
  pageSize: number
  pageToken: string
}

export interface RoleWithGrants {
  role: Role
  grants: readonly Grant[]
}

const afterName = (token: string): string => {
  const place = placeOf(token, 1)
  return place ? textValue(place[0]) : ''
}

const withGrants = async ({ roles }: Ports, listed: readonly Role[]): Promise<RoleWithGrants[]> => {
  const grants = Map.groupBy(await roles.grants(listed.map(({ name }) => name)), ({ role }) => role)
  return listed.map((role) => ({ role, grants: grants.get(role.name) ?? [] }))
}

/** Makes a role that grants nothing yet. Throws ROLE_EXISTS, RESERVED_ROLE_NAME. */
export const createRole =
  ({ roles, audit, ids, clock }: Ports) =>
  async (name: string, description: string): Promise<RoleWithGrants> => {
    const role = Role.create({ id: ids.next(), name, description, isSystem: false }, clock.now())
    roles.add(role)
    audit.note({ action: 'ROLE_CREATED', role: name })
    return { role, grants: [] }
  }

/** Roles with their grants, by name. Throws INVALID_PAGE_TOKEN. */
export const listRoles = (ports: Ports) => async (page: Page) => {
  const size = pageSize(page.pageSize, 20, 100)
  const rows = await ports.roles.list(afterName(page.pageToken), size + 1)
  const { items, nextPageToken } = pageOf(rows, size, ({ name }) => [name])
  return { items: await withGrants(ports, items), nextPageToken }
}

/** Makes a permission that no contract names. Throws PERMISSION_EXISTS. */
export const createPermission =
  ({ permissions, audit, ids, clock }: Ports) =>
  async (name: string, description: string): Promise<Permission> => {
    const permission = Permission.make({ id: ids.next(), name, description, rpcs: [], createdAt: clock.now() })
    permissions.add(permission)
    audit.note({ action: 'PERMISSION_CREATED', permission: name })
    return permission
  }

/** Permissions, by name. Throws INVALID_PAGE_TOKEN. */
export const listPermissions =
  ({ permissions }: Ports) =>
  async ({ resource, ...page }: Page & { resource: string }) => {
    const size = pageSize(page.pageSize, 50, 200)
    const rows = await permissions.list(resource, afterName(page.pageToken), size + 1)
    return pageOf(rows, size, ({ name }) => [name])
  }

/** Lets a role grant a permission. Throws ROLE_NOT_FOUND, PERMISSION_NOT_FOUND, BEYOND_CALLER. */
export const grantPermission =
  (ports: Ports) =>
  async (callerId: string, roleName: string, permission: string): Promise<RoleWithGrants> => {
    const { roles, permissions, audit, ids, clock } = ports
    const role = await roles.get(roleName)
    await permissions.get(permission)
    await mustHold(ports, callerId, [permission])
    const before = await roles.grants([roleName])
    if (before.some((grant) => grant.permission === permission)) return { role, grants: before }
    const grant = Grant.make({ id: ids.next(), role: roleName, permission, grantedAt: clock.now() })
    roles.grant(grant)
    role.granted(permission)
    audit.note({ action: 'PERMISSION_GRANTED', role: roleName, permission })
    return { role, grants: [...before, grant] }
  }

/** Takes a permission from a role. Throws ROLE_NOT_FOUND, PERMISSION_NOT_FOUND, BEYOND_CALLER. */
export const revokePermission =
  (ports: Ports) =>
  async (callerId: string, roleName: string, permission: string): Promise<RoleWithGrants> => {
    const { roles, permissions, audit } = ports
    const role = await roles.get(roleName)
    await permissions.get(permission)
    await mustHold(ports, callerId, [permission])
    const before = await roles.grants([roleName])
    const grant = before.find((each) => each.permission === permission)
    if (!grant) return { role, grants: before }
    roles.revoke(grant)
    role.revoked(permission)
    audit.note({ action: 'PERMISSION_REVOKED', role: roleName, permission })
    return { role, grants: before.filter((each) => each !== grant) }
  }
