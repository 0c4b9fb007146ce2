/** Every account's role; nobody assigns it. */
export const member = 'member'
/** May do everything, without a grant. */
export const superAdmin = 'super-admin'

/** The roles that come with the mesh, and what they are for. */
export const systemRoles: Readonly<Record<string, string>> = {
  [member]: 'Every account.',
  [superAdmin]: 'May do everything; the first comes from a setting.',
  admin: 'Runs the platform: accounts, roles, and the mesh itself.',
  'customer-support': 'Helps people with their accounts.',
  'content-moderator': 'Looks after what people publish.',
}
