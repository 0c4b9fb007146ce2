import { notFound } from '#shared/domain/errors.ts'
import type { Database } from '#shared/infrastructure/database.ts'
import type { UnitOfWork } from '#shared/infrastructure/unit-of-work.ts'
import type { ContractGrant, Permissions, Roles } from '../application/ports.ts'
import { Permission } from '../domain/permission.ts'
import { Grant, Role } from '../domain/role.ts'

/** The roles in the database, and what they grant. */
export const createRoles = (database: Database, unit: () => UnitOfWork): Roles => ({
  get: async (name) => {
    const [role] = await unit().select(Role, 'name = $1', name)
    if (!role) throw notFound('ROLE_NOT_FOUND', `there is no role ${name}; ListRoles has those that there are`)
    return role
  },
  named: (names) => unit().select(Role, 'name = any($1::text[]) order by name', names),
  add: (role) => unit().add(role),
  list: (after, limit) => unit().select(Role, 'name > $1 order by name limit $2::integer', after, limit),
  grants: (roles) => unit().select(Grant, 'role = any($1::text[]) order by role, permission', roles),
  grant: (grant) => unit().add(grant),
  revoke: (grant) => unit().remove(grant),
  grantedByContract: async () => {
    const rows = await database.sql<Pick<ContractGrant, keyof ContractGrant>>(
      'select permission, role from contract_grants',
    )
    return rows.map(({ permission, role }) => ({ permission, role }))
  },
  noteContractGrant: ({ permission, role }) =>
    unit().write({
      sql: 'insert into contract_grants (permission, role) values ($1, $2)',
      parameters: [permission, role],
    }),
})

// In byte order, so that a range finds a prefix: ';' follows ':'.
const ofResource = `name >= $1 || ':' collate "C" and name < $1 || ';' collate "C"`

/** The permissions in the database. */
export const createPermissions = (unit: () => UnitOfWork): Permissions => ({
  get: async (name) => {
    const [permission] = await unit().select(Permission, 'name = $1', name)
    if (!permission) {
      throw notFound('PERMISSION_NOT_FOUND', `there is no permission ${name}; ListPermissions has those that there are`)
    }
    return permission
  },
  add: (permission) => unit().add(permission),
  list: (resource, after, limit) =>
    resource === ''
      ? unit().select(Permission, 'name > $1 order by name limit $2::integer', after, limit)
      : unit().select(
          Permission,
          `${ofResource} and name > $2 order by name limit $3::integer`,
          resource,
          after,
          limit,
        ),
  all: () => unit().select(Permission, 'true order by name'),
})
