import {
  PermissionGrantedSchema,
  PermissionRevokedSchema,
  RoleCreatedSchema,
} from '#gen/troupe/access/v1/access_events_pb.ts'
import { Aggregate } from '#shared/domain/aggregate.ts'
import { invalid } from '#shared/domain/errors.ts'
import { isReserved } from './names.ts'

/** A named set of permissions that users hold together. What it grants are rows of their own. */
export class Role extends Aggregate {
  readonly id!: string
  name!: string
  description!: string
  isSystem!: boolean
  createdAt!: Date

  /** Throws RESERVED_ROLE_NAME. */
  static create(init: Pick<Role, 'id' | 'name' | 'description' | 'isSystem'>, now: Date): Role {
    if (!init.isSystem && isReserved(init.name)) {
      throw invalid('name', 'RESERVED_ROLE_NAME', `${init.name} reads like a role that comes with the subscription`)
    }
    const role = Object.assign(new Role(), { ...init, createdAt: now })
    role.record(RoleCreatedSchema, { roleId: role.id, role: role.name })
    return role
  }

  /** Notes that it grants a permission from now on. */
  granted(permission: string): void {
    this.record(PermissionGrantedSchema, { roleId: this.id, role: this.name, permission })
  }

  /** Notes that it grants a permission no more. */
  revoked(permission: string): void {
    this.record(PermissionRevokedSchema, { roleId: this.id, role: this.name, permission })
  }
}

/** A permission that a role grants. */
export class Grant {
  readonly id!: string
  role!: string
  permission!: string
  grantedAt!: Date

  static make(init: Pick<Grant, 'id' | 'role' | 'permission' | 'grantedAt'>): Grant {
    return Object.assign(new Grant(), init)
  }
}
