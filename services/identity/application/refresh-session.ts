import { SessionRevocationReason } from '#gen/troupe/identity/v1/identity_events_pb.ts'
import { unauthenticated } from '#shared/domain/errors.ts'
import type { Device } from '../domain/session.ts'
import type { Ports } from './ports.ts'
import { type Tokens, tokensOf } from './sign-in.ts'

const invalidToken = () => unauthenticated('INVALID_REFRESH_TOKEN', 'the refresh token is not valid; sign in again')

/**
 * Exchanges a refresh token for a new pair. Throws INVALID_REFRESH_TOKEN, SESSION_ENDED, SESSION_EXPIRED,
 * USER_SUSPENDED; REFRESH_TOKEN_REUSED after ending the session.
 */
export const refreshSession =
  (ports: Ports) =>
  async (token: string, device: Device): Promise<Tokens> => {
    const { sessions, users, refreshTokens, clock, apart } = ports
    const claim = refreshTokens.read(token)
    const session = claim && (await sessions.find(claim.sessionId))
    if (!session || !refreshTokens.isGenuine(claim, session)) throw invalidToken()
    const user = await users.get(session.userId)
    user.mustBeActive()
    const outcome = session.refresh(claim.generation, device, clock.now())
    if (outcome !== 'reused') return tokensOf(ports, user, session)
    await apart('end-session', async () => {
      const family = await sessions.find(session.id)
      family?.end(SessionRevocationReason.REUSE_DETECTED, clock.now())
    })
    throw unauthenticated('REFRESH_TOKEN_REUSED', 'this refresh token was used before; the session has ended')
  }
