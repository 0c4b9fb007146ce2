import { denied } from '#shared/domain/errors.ts'

/** Somebody who looks after other people's accounts. */
export interface Operator {
  userId: string
  roles: readonly string[]
}

/** Nobody looks after the account of those who hold more. Throws BEYOND_CALLER. */
export const mustReach = ({ roles }: Operator, theirs: readonly string[]): void => {
  const missing = theirs.filter((role) => !roles.includes(role))
  if (missing.length === 0 || roles.includes('super-admin')) return
  throw denied('BEYOND_CALLER', `this account is ${missing.join(', ')}, which you are not yourself`)
}
