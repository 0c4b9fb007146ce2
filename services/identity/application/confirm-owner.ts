import { unauthenticated } from '#shared/domain/errors.ts'
import type { Session } from '../domain/session.ts'
import type { User } from '../domain/user.ts'
import { confirmPassword, invalidCredentials } from './confirm-password.ts'
import type { Ports } from './ports.ts'

/** Who calls, with which session and from where. */
export interface Owner {
  userId: string
  sessionId: string
  address: string
}

/**
 * Throws SESSION_ENDED or SESSION_EXPIRED unless the session still stands: an access token may outlive it by ten
 * minutes, which must not be enough to take an account over.
 */
export const mustHaveLiveSession = async ({ sessions, clock }: Ports, owner: Owner): Promise<Session> => {
  const session = await sessions.find(owner.sessionId)
  if (session?.userId !== owner.userId) throw unauthenticated('SESSION_ENDED', 'this session has ended; sign in again')
  session.mustBeLive(clock.now())
  return session
}

/** As `mustHaveLiveSession`, in the unit that commits: where the session ends before that, the unit is run again. */
export const mustKeepLiveSession = async (ports: Ports, owner: Owner): Promise<void> =>
  ports.sessions.keep(await mustHaveLiveSession(ports, owner))

/** The account, once its owner has shown to know its password; an account without one must be given none. */
export const confirmOwner = async (ports: Ports, owner: Owner, password: string): Promise<User> => {
  await mustHaveLiveSession(ports, owner)
  const user = await ports.users.get(owner.userId)
  const { emailKey, passwordHash: hash, hasTotp: isFirst } = user
  if (hash !== undefined) await confirmPassword(ports, { emailKey, address: owner.address, password, hash, isFirst })
  else if (password !== '') throw invalidCredentials()
  return user
}
