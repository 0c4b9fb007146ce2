import { countChange, countFact } from './count-super-admins.ts'
import type { Ports } from './ports.ts'

/**
 * An account is about to be suspended or deleted, as it was at a version: until a later one is reactivated its user does
 * not count as a super-admin that can sign in. Throws LAST_SUPER_ADMIN.
 */
export const standDown =
  (ports: Ports) =>
  async (userId: string, accountVersion: number): Promise<void> => {
    const user = await ports.users.getOrMake(userId)
    await countChange(ports, user, () => user.standDown(accountVersion))
  }

/** An account was suspended: its user may do nothing, whatever they hold. */
export const noteSuspended =
  (ports: Ports) =>
  async (userId: string, accountVersion: number): Promise<void> => {
    const user = await ports.users.getOrMake(userId)
    countFact(ports, user, () => user.suspended(accountVersion))
  }

/** A suspension was lifted. */
export const noteReactivated =
  (ports: Ports) =>
  async (userId: string, accountVersion: number): Promise<void> => {
    const user = await ports.users.getOrMake(userId)
    countFact(ports, user, () => user.reactivated(accountVersion))
  }
