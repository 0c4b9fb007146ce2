import { Erasure } from '../domain/erasure.ts'
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
      ports.users.erase(user)
      ports.erasures.add(Erasure.begin(ports.ids.next(), user.id, ports.contexts, ports.clock.now()))
    })
  }
