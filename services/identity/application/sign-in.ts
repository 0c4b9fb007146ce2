import { type Device, Session } from '../domain/session.ts'
import type { User } from '../domain/user.ts'
import type { Ports, SignedToken } from './ports.ts'

/** What a client needs to act as a user. */
export interface Tokens {
  access: SignedToken
  refresh: Omit<SignedToken, 'issuedAt'>
}

export interface SignedIn {
  user: User
  tokens: Tokens
}

/** The newest tokens of a session. */
export const tokensOf = async (
  { accessTokens, refreshTokens, clock }: Ports,
  user: User,
  session: Session,
): Promise<Tokens> => ({
  access: await accessTokens.forUser(user, session, clock.now()),
  refresh: { token: refreshTokens.of(session), expiresAt: session.expiresAt },
})

/** Opens a session for a user who has proved to be one. Throws USER_SUSPENDED. */
export const signIn = async (ports: Ports, user: User, method: string, device: Device): Promise<SignedIn> => {
  const { sessions, secrets, ids, clock } = ports
  const now = clock.now()
  const session = Session.open({ id: ids.next(), userId: user.id, seed: secrets.randomBytes(), ...device }, now)
  user.signIn(session.id, method, now)
  sessions.add(session, now)
  return { user, tokens: await tokensOf(ports, user, session) }
}
