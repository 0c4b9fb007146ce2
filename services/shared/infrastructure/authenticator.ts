import { hash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { createLocalJWKSet, errors, type JSONWebKeySet, jwtVerify } from 'jose'
import { LRUCache } from 'lru-cache'
import { unauthenticated, unavailable } from '../domain/errors.ts'
import type { Principal } from './call-context.ts'

/** Who issues the mesh's tokens and whom they are for. */
export const issuer = 'https://identity.troupe'
export const audience = 'troupe'

const keysMaxAgeMs = 5 * 60_000
const refetchAfterMs = 1000
/** How long known keys wait for newer ones, whoever publishes them being slow. */
const patienceMs = 250

export interface Authenticator {
  /** The principal a token proves. Throws INVALID_TOKEN or TOKEN_EXPIRED, UNAVAILABLE while no keys are known. */
  verify(token: string): Promise<Principal>
}

interface KeySet {
  find: ReturnType<typeof createLocalJWKSet>
  /** Milliseconds by the machine's clock and by the mesh's: keys rotate by the latter, which tests and skew move. */
  fetchedAt: { machine: number; mesh: number }
}

const profile = {
  algorithms: ['EdDSA', 'ES256'],
  issuer,
  audience,
  typ: 'at+jwt',
  requiredClaims: ['sub', 'exp', 'iat'],
}

const guestOf = (guestId: string, { name: displayName, guest_of: of }: Record<string, unknown>): Principal => {
  const { type, id } = (of ?? {}) as Record<string, unknown>
  const isText = (value: unknown): value is string => typeof value === 'string' && value !== ''
  if (!isText(guestId) || !isText(displayName) || !isText(type) || !isText(id)) {
    throw new errors.JWTInvalid('the token does not say who its guest is and of what')
  }
  return { kind: 'guest', guestId, displayName, resource: { type, id } }
}

const principalOf = (claims: Record<string, unknown>): Principal => {
  const subject = typeof claims.sub === 'string' ? claims.sub : ''
  if (subject === '' || subject === 'service:') throw new errors.JWTInvalid('the token is about nobody')
  if (subject.startsWith('service:')) return { kind: 'service', name: subject.slice('service:'.length) }
  if (subject.startsWith('guest:')) return guestOf(subject.slice('guest:'.length), claims)
  const roles = Array.isArray(claims.roles) ? claims.roles.map(String) : []
  return { kind: 'user', userId: subject, sessionId: String(claims.sid ?? ''), roles }
}

/** Verifies access tokens against identity's published keys; verified ones are remembered until they end. */
export const createAuthenticator = (options: {
  fetchKeys: () => Promise<string>
  /** Seconds since 1970 by the mesh clock. */
  now: () => Date
  /** How many verified tokens are remembered. */
  remember?: number
}): Authenticator => {
  const { remember: max = 10_000 } = options
  const verified = new LRUCache<string, { principal: Principal; expiresAt: number }>({ max })
  let keys: KeySet | undefined
  let fetching: Promise<KeySet> | undefined

  const clocks = () => ({ machine: performance.now(), mesh: options.now().getTime() })

  const fetchKeys = async (): Promise<KeySet> => {
    try {
      const set = JSON.parse(await options.fetchKeys()) as JSONWebKeySet
      keys = { find: createLocalJWKSet(set), fetchedAt: clocks() }
      return keys
    } catch {
      throw unavailable('KEYS_UNAVAILABLE', 'tokens cannot be verified at present; try again')
    }
  }

  const isFresh = ({ fetchedAt }: KeySet, maxAgeMs: number) => {
    const now = clocks()
    return now.machine - fetchedAt.machine < maxAgeMs && Math.abs(now.mesh - fetchedAt.mesh) < maxAgeMs
  }

  const newerKeys = (known: KeySet | undefined): Promise<KeySet> => {
    fetching ??= fetchKeys().finally(() => {
      fetching = undefined
    })
    return known ? fetching.catch(() => known) : fetching
  }

  const usableKeys = async (): Promise<KeySet> => {
    const known = keys
    if (!known) return newerKeys(known)
    if (isFresh(known, keysMaxAgeMs)) return known
    return Promise.race([newerKeys(known), sleep(patienceMs, known, { ref: false })])
  }

  const check = async (token: string, set: KeySet) =>
    jwtVerify(token, set.find, { ...profile, currentDate: options.now(), clockTolerance: 5 })

  const verify = async (token: string) => {
    const set = await usableKeys()
    try {
      return await check(token, set)
    } catch (error) {
      // A key newer than ours: ask again, but not more than once a second.
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error
      const latest = keys ?? set
      return check(token, isFresh(latest, refetchAfterMs) ? latest : await newerKeys(latest))
    }
  }

  return {
    verify: async (token) => {
      const digest = hash('sha256', token, 'base64')
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
