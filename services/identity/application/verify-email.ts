import { openLink } from './open-link.ts'
import type { Ports } from './ports.ts'
import { replaceLink } from './request-link.ts'

/** Has a link mailed that verifies the caller's address. Throws EMAIL_ALREADY_VERIFIED, USER_SUSPENDED. */
export const requestEmailVerification =
  (ports: Ports) =>
  async (userId: string): Promise<void> =>
    replaceLink(ports, await ports.users.get(userId), 'verify-email')

/** Notes that the owner of an account reads what comes to its address. Throws what opening the link throws. */
export const verifyEmail =
  (ports: Ports) =>
  async (token: string): Promise<void> => {
    const { link, user } = await openLink(ports, 'verify-email', token)
    ports.about(user.id)
    const now = ports.clock.now()
    link.use(now)
    user.verifyEmail(now)
  }
