import { LRUCache } from 'lru-cache'
import { apiKeyScopes } from '../domain/api-key-scope.ts'
import { DomainError, unauthenticated, unavailable } from '../domain/errors.ts'
import { type ApiKeyDigest, apiKeyPrefix, readApiKey } from './api-key-text.ts'
import type { Authenticator } from './authenticator.ts'
import type { Principal } from './call-context.ts'
import type { Logger } from './telemetry/logger.ts'

/** How old an answer may be: as long as a key that was revoked may still be used somewhere. */
const maxAgeMs = 2000
const mostAnswers = 10_000

/** Whom a key acts for. */
export interface KeyHolder {
  apiKeyId: string
  userId: string
  roles: readonly string[]
  scopes: readonly string[]
}

interface Answer {
  principal: Promise<Principal>
  askedAt: number
}

const invalidKey = () => unauthenticated('INVALID_API_KEY', 'the API key is unknown, was revoked or has expired')

const principalOf = ({ apiKeyId, userId, roles, scopes }: KeyHolder): Principal => ({
  kind: 'user',
  userId,
  sessionId: '',
  roles,
  apiKey: { id: apiKeyId, scopes: apiKeyScopes.filter((scope) => scopes.includes(scope)) },
})

/**
 * Asks whoever keeps API keys, and remembers each answer, a refusal too, for two seconds from when it was asked for.
 * What is no key by its own checksum is refused without asking. Throws INVALID_API_KEY, and API_KEYS_UNAVAILABLE while
 * nobody can tell.
 */
export const askingKeyAuthenticator = (
  ask: (digest: ApiKeyDigest) => Promise<KeyHolder | undefined>,
  log: Pick<Logger, 'info' | 'warn'>,
): Authenticator => {
  let isAway = false
  const answers = new LRUCache<string, Answer>({ max: mostAnswers })

  const holderOf = async (digest: ApiKeyDigest): Promise<KeyHolder | undefined> => {
    try {
      const holder = await ask(digest)
      if (isAway) log.info('identity checks API keys again')
      isAway = false
      return holder
    } catch (error) {
      if (!isAway) log.warn('identity cannot be asked about API keys', { error })
      isAway = true
      throw unavailable('API_KEYS_UNAVAILABLE', 'API keys cannot be checked at present; try again')
    }
  }

  const find = async (digest: ApiKeyDigest): Promise<Principal> => {
    const holder = await holderOf(digest)
    if (!holder) throw invalidKey()
    return principalOf(holder)
  }

  return {
    verify: async (token) => {
      const digest = readApiKey(token)
      if (!digest) throw invalidKey()
      // By the digest: a key that is in use need not stand in memory.
      const mark = Buffer.from(digest.hash).toString('base64')
      const known = answers.get(mark)
      const askedAt = performance.now()
      if (known && askedAt - known.askedAt < maxAgeMs) return known.principal
      const principal = find(digest)
      answers.set(mark, { principal, askedAt })
      principal.catch((error: unknown) => {
        const isAnswer = error instanceof DomainError && error.kind === 'unauthenticated'
        if (!isAnswer) answers.delete(mark)
      })
      return principal
    },
  }
}

/** Takes a token for what its beginning says it is, before anything else about it is looked at. */
export const keysOrTokens = (keys: Authenticator, tokens: Authenticator): Authenticator => ({
  verify: (token) => (token.startsWith(apiKeyPrefix) ? keys : tokens).verify(token),
})
