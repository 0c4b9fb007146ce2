import { Erasure } from '../domain/erasure.ts'
import type { Operator } from '../domain/operator.ts'
import type { User } from '../domain/user.ts'
import { confirmOwner, mustKeepLiveSession, type Owner } from './confirm-owner.ts'
import { invalidCredentials } from './confirm-password.ts'
import type { Ports } from './ports.ts'

/**
 * Deletes the caller's account for good: profile, credentials, sessions, links and stored answers are wiped, and its
 * address is free again. Every context is waited for to erase what it holds. Throws INVALID_CREDENTIALS, SESSION_ENDED,
 * LOGIN_DELAYED, LAST_SUPER_ADMIN.
 */
export const deleteUser =
  (ports: Ports) =>
  async (owner: Owner, password: string): Promise<void> => {
    const { passwordHash } = await confirmOwner(ports, owner, password)
    await ports.apart('delete-user', async () => {
      await mustKeepLiveSession(ports, owner)
      const user = await ports.users.get(owner.userId)
      if (user.passwordHash !== passwordHash) throw invalidCredentials()
      await ports.standDown(user)
      user.delete(ports.clock.now())
      beginErasure(ports, user)
    })
  }

/** Deletes somebody's account as its owner would. Throws OWN_ACCOUNT, BEYOND_CALLER, USER_NOT_FOUND, LAST_SUPER_ADMIN. */
export const eraseUser =
  (ports: Ports) =>
  async (by: Operator, userId: string): Promise<void> => {
    const user = await ports.users.get(userId)
    user.delete(ports.clock.now(), by)
    if (user.isActive) await ports.standDown(user)
    beginErasure(ports, user)
  }

const beginErasure = ({ users, erasures, contexts, ids, clock }: Ports, user: User): void => {
  users.erase(user)
  erasures.add(Erasure.begin(ids.next(), user.id, contexts, clock.now()))
}
