import { createHash } from 'node:crypto'
import { createLocalJWKSet, errors, type JSONWebKeySet, jwtVerify } from 'jose'
import { LRUCache } from 'lru-cache'
import { unauthenticated, unavailable } from '../domain/errors.ts'
import type { Principal } from './call-context.ts'

/** Who issues the mesh's tokens and whom they are for. */
export const issuer = 'https://identity.troupe'
export const audience = 'troupe'

const keysMaxAgeMs = 5 * 60_000
const refetchAfterMs = 1000

export interface Authenticator {
  /** The principal a token proves. Throws INVALID_TOKEN or TOKEN_EXPIRED, UNAVAILABLE while no keys are known. */
  verify(token: string): Promise<Principal>
}

interface KeySet {
  find: ReturnType<typeof createLocalJWKSet>
  fetchedAt: number
}

const profile = {
  algorithms: ['EdDSA', 'ES256'],
  issuer,
  audience,
  typ: 'at+jwt',
  requiredClaims: ['sub', 'exp', 'iat'],
}

const principalOf = (claims: Record<string, unknown>): Principal => {
  const subject = String(claims.sub)
  if (subject.startsWith('service:')) return { kind: 'service', name: subject.slice('service:'.length) }
  const roles = Array.isArray(claims.roles) ? claims.roles.map(String) : []
  return { kind: 'user', userId: subject, sessionId: String(claims.sid ?? ''), roles }
}

/** Verifies access tokens against identity's published keys; verified ones are remembered until they end. */
export const createAuthenticator = (options: {
  fetchKeys: () => Promise<string>
  /** Seconds since 1970 by the mesh clock. */
  now: () => Date
}): Authenticator => {
  const verified = new LRUCache<string, { principal: Principal; expiresAt: number }>({ max: 10_000 })
  let keys: KeySet | undefined
  let fetching: Promise<KeySet> | undefined

  const fetchKeys = async (): Promise<KeySet> => {
    const text = await options.fetchKeys().catch(() => {
      throw unavailable('KEYS_UNAVAILABLE', 'tokens cannot be verified at present; try again')
    })
    return { find: createLocalJWKSet(JSON.parse(text) as JSONWebKeySet), fetchedAt: performance.now() }
  }

  const freshKeys = async (maxAgeMs: number): Promise<KeySet> => {
    if (keys && performance.now() - keys.fetchedAt < maxAgeMs) return keys
    fetching ??= fetchKeys().finally(() => {
      fetching = undefined
    })
    keys = await fetching.catch((error) => {
      if (keys) return keys
      throw error
    })
    return keys
  }

  const check = async (token: string, set: KeySet) =>
    jwtVerify(token, set.find, { ...profile, currentDate: options.now(), clockTolerance: 5 })

  const verify = async (token: string) => {
    const set = await freshKeys(keysMaxAgeMs)
    try {
      return await check(token, set)
    } catch (error) {
      // A key newer than ours: ask again, but not more than once a second.
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error
      return check(token, await freshKeys(refetchAfterMs))
    }
  }

  return {
    verify: async (token) => {
      const digest = createHash('sha256').update(token).digest('base64')
      const known = verified.get(digest)
      if (known && known.expiresAt > options.now().getTime()) return known.principal
      try {
        const { payload } = await verify(token)
        const principal = principalOf(payload)
        verified.set(digest, { principal, expiresAt: (payload.exp as number) * 1000 })
        return principal
      } catch (error) {
        if (error instanceof errors.JWTExpired)
          throw unauthenticated('TOKEN_EXPIRED', 'the access token has expired; refresh it')
        if (error instanceof errors.JOSEError) throw unauthenticated('INVALID_TOKEN', 'the access token is not valid')
        throw error
      }
    },
  }
}
