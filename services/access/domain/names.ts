/** Every account's role; nobody assigns it. */
export const member = 'member'
/** May do everything, without a grant. */
export const superAdmin = 'super-admin'

const tierPrefix = 'tier-'
const tiers = ['FREE', 'SILVER', 'GOLD', 'PLATINUM']

/** The role that comes with a tier of subscription, e.g. `tier-gold`. */
export const tierRole = (tier: string): string => `${tierPrefix}${tier.toLowerCase().replaceAll('_', '-')}`
/** The tiers' roles. */
export const tierRoles: readonly string[] = tiers.map(tierRole)
/** The tier that a role comes with, e.g. `GOLD`; undefined for any other role. */
export const tierOf = (role: string): string | undefined => tiers[tierRoles.indexOf(role)]
/** Whether a name is kept for the roles of tiers, also of those to come. */
export const isReserved = (role: string): boolean => role.startsWith(tierPrefix)
/** That of whoever subscribed to nothing else. */
export const freeRole = tierRole('FREE')

/** The roles that come with the mesh, and what they are for. */
export const systemRoles: Readonly<Record<string, string>> = {
  [member]: 'Every account.',
  [superAdmin]: 'May do everything; the first comes from a setting.',
  admin: 'Runs the platform: accounts, roles, and the mesh itself.',
  'customer-support': 'Helps people with their accounts.',
  'content-moderator': 'Looks after what people publish.',
  ...Object.fromEntries(tiers.map((tier) => [tierRole(tier), `Whoever subscribes to ${tier}.`])),
}
