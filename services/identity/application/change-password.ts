import { SessionRevocationReason } from '#gen/troupe/identity/v1/identity_events_pb.ts'
import { Email } from '#shared/domain/email.ts'
import { checkPassword } from '../domain/password-policy.ts'
import { confirmOwner, mustKeepLiveSession, type Owner } from './confirm-owner.ts'
import { invalidCredentials } from './confirm-password.ts'
import { endSessions } from './end-sessions.ts'
import type { Ports } from './ports.ts'
import { withdrawLinks } from './request-link.ts'

/**
 * Sets a new password, ends all other sessions and makes mailed links useless. Throws INVALID_CREDENTIALS for a wrong present one,
 * PASSWORD_TOO_COMMON, SESSION_ENDED, USER_SUSPENDED, LOGIN_DELAYED.
 */
export const changePassword =
  (ports: Ports) =>
  async (owner: Owner, present: string, next: string): Promise<void> => {
    const { users, passwords, clock, apart } = ports
    const confirmed = await confirmOwner(ports, owner, present)
    checkPassword(next, Email.parse(confirmed.email), 'new_password')
    const hash = await passwords.hash(next)
    await apart('change-password', async () => {
      await mustKeepLiveSession(ports, owner)
      const user = await users.get(owner.userId)
      if (user.passwordHash !== confirmed.passwordHash) throw invalidCredentials()
      user.changePassword(hash, clock.now())
      await withdrawLinks(ports, user.id)
      await endSessions(ports, user.id, SessionRevocationReason.PASSWORD_CHANGED, owner.sessionId)
    })
  }
