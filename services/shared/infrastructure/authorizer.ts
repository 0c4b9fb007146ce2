import type { Principal } from './call-context.ts'

/** Says whether a user holds a permission. */
export interface Authorizer {
  /** `roles`: the system roles that hold the permission from the start, by its declaration. */
  allows(user: Extract<Principal, { kind: 'user' }>, permission: string, roles: readonly string[]): Promise<boolean>
}

/** Decides by the roles in the token alone: `member` is everybody, `super-admin` may do everything. */
export const roleAuthorizer: Authorizer = {
  allows: async (user, _permission, roles) =>
    roles.includes('member') || user.roles.includes('super-admin') || roles.some((role) => user.roles.includes(role)),
}
