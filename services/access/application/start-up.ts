import { systemRoles } from '../domain/names.ts'
import { Permission } from '../domain/permission.ts'
import { Grant, Role } from '../domain/role.ts'
import type { ContractGrant, Ports } from './ports.ts'

const markOf = ({ role, permission }: ContractGrant): string => `${role} ${permission}`

/** The roles that come with the mesh, made where they are missing, and those that contracts name. */
const seedRoles = async ({ roles, audit, declared, ids, clock }: Ports): Promise<Map<string, Role>> => {
  const names = [...Object.keys(systemRoles), ...declared.flatMap((permission) => permission.roles)]
  const known = new Map((await roles.named([...new Set(names)])).map((role) => [role.name, role]))
  for (const [name, description] of Object.entries(systemRoles)) {
    if (known.has(name)) continue
    const role = Role.create({ id: ids.next(), name, description, isSystem: true }, clock.now())
    roles.add(role)
    audit.note({ action: 'ROLE_CREATED', role: name })
    known.set(name, role)
  }
  return known
}

const seedPermissions = async ({ permissions, audit, declared, ids, clock }: Ports): Promise<void> => {
  const present = new Map((await permissions.all()).map((permission) => [permission.name, permission]))
  for (const { name, rpcs } of declared) {
    const permission = present.get(name)
    if (permission) {
      if (permission.rpcs.join() !== rpcs.join()) permission.rpcs = [...rpcs]
      continue
    }
    permissions.add(Permission.make({ id: ids.next(), name, description: '', rpcs: [...rpcs], createdAt: clock.now() }))
    audit.note({ action: 'PERMISSION_CREATED', permission: name })
  }
}

/** Each pair is granted once: what operators have revoked since stays so, and what they granted before is theirs. */
const seedGrants = async (ports: Ports, known: ReadonlyMap<string, Role>): Promise<void> => {
  const { roles, audit, declared, ids, clock } = ports
  const before = new Set((await roles.grantedByContract()).map(markOf))
  const present = new Set((await roles.grants([...known.keys()])).map(markOf))
  const pairs = declared.flatMap(({ name, roles: holders }) => holders.map((role) => ({ role, permission: name })))
  for (const pair of pairs.filter((each) => !before.has(markOf(each)))) {
    roles.noteContractGrant(pair)
    if (present.has(markOf(pair))) continue
    roles.grant(Grant.make({ id: ids.next(), ...pair, grantedAt: clock.now() }))
    known.get(pair.role)?.granted(pair.permission)
    audit.note({ action: 'PERMISSION_GRANTED', ...pair })
  }
}

/**
 * Makes the roles and permissions that contracts name and the database lacks, and grants what they declare and never
 * granted before. All else stays as operators have made it; only the rpcs that ask for a permission are brought up to
 * date.
 */
export const seedContracts = (ports: Ports) => async (): Promise<void> => {
  const roles = await seedRoles(ports)
  await seedPermissions(ports)
  await seedGrants(ports, roles)
}
