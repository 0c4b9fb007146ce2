import { jwtVerify, SignJWT } from 'jose'
import { unauthenticated } from '#shared/domain/errors.ts'
import { audience, issuer } from '#shared/infrastructure/authenticator.ts'
import { machineClock } from '#shared/infrastructure/mesh-clock.ts'
import { assertionAudience } from '#shared/infrastructure/service-token.ts'
import type { AccessTokens, ServiceAssertions, SignedToken } from '../application/ports.ts'
import type { SigningKeys } from './signing-keys.ts'

const lifetimeSeconds = 600
const maxAssertionSeconds = 60
const clockToleranceSeconds = 5

/** Signs access tokens (RFC 9068) with identity's present key. */
export const createAccessTokens = (keys: SigningKeys): AccessTokens => {
  const sign = async (
    subject: string,
    claims: Record<string, unknown>,
    now: Date,
    end?: Date,
  ): Promise<SignedToken> => {
    const { kid, privateKey } = await keys.current(now)
    const issuedAt = Math.floor(now.getTime() / 1000)
    const expiresAt = end ? end.getTime() / 1000 : issuedAt + lifetimeSeconds
    const token = await new SignJWT(claims)
      .setProtectedHeader({ alg: 'EdDSA', typ: 'at+jwt', kid })
      .setIssuer(issuer)
      .setAudience(audience)
      .setSubject(subject)
      .setJti(crypto.randomUUID())
      .setIssuedAt(issuedAt)
      .setExpirationTime(expiresAt)
      .sign(privateKey)
    return {
      token,
      issuedAt: new Date(issuedAt * 1000),
      expiresAt: new Date(expiresAt * 1000),
    }
  }
  return {
    forUser: (user, session, now) => sign(user.id, { sid: session.id, roles: user.roles }, now),
    forService: (name, now) => sign(`service:${name}`, {}, now),
    forGuest: ({ guestId, displayName: name, resource, expiresAt }, now) =>
      sign(`guest:${guestId}`, { name, guest_of: resource }, now, expiresAt),
  }
}

const refuse = () => unauthenticated('INVALID_ASSERTION', 'the assertion does not prove a service of this mesh')

/** Reads assertions signed with the secret that the mesh's services share. */
export const createServiceAssertions = (secret: Uint8Array): ServiceAssertions => ({
  read: async (assertion) => {
    const now = machineClock.now()
    const { payload } = await jwtVerify(assertion, secret, {
      algorithms: ['HS256'],
      audience: assertionAudience,
      requiredClaims: ['sub', 'exp'],
      currentDate: now,
      clockTolerance: clockToleranceSeconds,
    }).catch(() => {
      throw refuse()
    })
    const secondsLeft = (payload.exp as number) - now.getTime() / 1000
    if (secondsLeft > maxAssertionSeconds + clockToleranceSeconds) throw refuse()
    if (!/^[a-z][a-z-]{0,49}$/.test(payload.sub as string)) throw refuse()
    return payload.sub as string
  },
})
