import { ApiKeyRevocationReason, SessionRevocationReason } from '#gen/troupe/identity/v1/identity_events_pb.ts'
import { Email } from '#shared/domain/email.ts'
import type { ApiKey } from '../domain/api-key.ts'
import { checkPassword } from '../domain/password-policy.ts'
import type { User } from '../domain/user.ts'
import { endSessions } from './end-sessions.ts'
import { openLink } from './open-link.ts'
import type { Ports } from './ports.ts'
import { replaceLink, withdrawLinks } from './request-link.ts'

/** Longer than it takes to find an account and to write a link down. */
const answerAfterMs = 200
/** Who asks again at once gets no second mail; nor can strangers fill a mailbox, or undo link after link. */
const pauseMs = 60_000

/**
 * Has a link mailed that sets a new password, where an active account has the address; what comes of it cannot be told
 * from the answer or its time. Within a minute of the last one it does nothing.
 */
export const requestPasswordReset =
  (ports: Ports) =>
  async (address: string): Promise<void> => {
    const { users, mailedLinks, clock, apart, noSooner } = ports
    const email = Email.parse(address)
    const request = async () => {
      const user = await users.findByEmail(email)
      if (!user?.isActive) return
      const since = clock.now().getTime() - pauseMs
      const isUnderWay = (await mailedLinks.openOf(user.id)).some(
        ({ purpose, requestedAt }) => purpose === 'reset-password' && requestedAt.getTime() > since,
      )
      if (!isUnderWay) await replaceLink(ports, user, 'reset-password')
    }
    await noSooner(answerAfterMs, () => apart('request-password-reset', request))
  }

/**
 * Whoever opened an account without showing that its address is theirs may not have been the person who just did: what
 * they linked would let them in again, and the keys that they made.
 */
const claimAddress = ({ links, clock }: Ports, user: User, keys: readonly ApiKey[]): void => {
  for (const key of keys) key.revoke(clock.now(), ApiKeyRevocationReason.PASSWORD_CHANGED)
  for (const provider of user.oauthProviders) {
    user.unlink(provider)
    links.remove(user.id, provider)
  }
  user.verifyEmail(clock.now())
}

/**
 * Sets a new password, ends all sessions and lets sign in at once, however often that failed before; where a second
 * factor is asked for, failures stay. Throws PASSWORD_TOO_COMMON, and what opening the link throws.
 */
export const resetPassword =
  (ports: Ports) =>
  async (token: string, password: string): Promise<void> => {
    const { passwords, failures, apiKeys, clock, apart } = ports
    const { user: known } = await openLink(ports, 'reset-password', token)
    checkPassword(password, Email.parse(known.email), 'new_password')
    const hash = await passwords.hash(password)
    const { hasTotp } = await apart('reset-password', async () => {
      const { link, user } = await openLink(ports, 'reset-password', token)
      const now = clock.now()
      link.use(now)
      const keys = user.emailVerified ? [] : await apiKeys.liveOf(user.id, now)
      user.changePassword(hash, now, keys.length)
      if (!user.emailVerified) claimAddress(ports, user, keys)
      await withdrawLinks(ports, user.id)
      await endSessions(ports, user.id, SessionRevocationReason.PASSWORD_CHANGED)
      return user
    })
    // Else who reads somebody's mail could guess codes for ever.
    if (!hasTotp) await failures.clear(known.emailKey)
  }
