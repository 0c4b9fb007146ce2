import { createClient } from '@connectrpc/connect'
import { IdentityService } from '#gen/troupe/identity/v1/identity_service_pb.ts'
import { type ApiKeyScope, apiKeyScopes } from '../../../services/shared/domain/api-key-scope.ts'
import { timestamp } from '../../../services/shared/domain/timestamp.ts'
import { apiKeyText } from '../../../services/shared/infrastructure/api-key-text.ts'
import { minute } from './mesh-clock.ts'
import type { Stage } from './stage.ts'

/** API keys to attack with. */
export interface StageKeys {
  /** What no service may take for a key, by what is wrong with it. */
  bad: Readonly<Record<string, string>>
  /** Good ones of a super-admin, that lack one scope each. */
  without: Readonly<Record<ApiKeyScope, string>>
  /** A good one of a super-admin, with every scope. */
  full: string
}

/** Makes keys; the one that shall have expired does so in five minutes. */
export const makeApiKeys = async (stage: Stage): Promise<StageKeys> => {
  const as = (token: string) => createClient(IdentityService, stage.transport(token))
  const newKey = async (token: string, scopes: readonly string[] = apiKeyScopes, lastsMs = 300 * 24 * 60 * minute) => {
    const expiresAt = timestamp(new Date(stage.clock.now().getTime() + lastsMs))
    const { apiKey, secret } = await as(token).createApiKey({
      name: crypto.randomUUID(),
      scopes: [...scopes],
      expiresAt,
    })
    return { apiKeyId: apiKey?.id ?? '', secret }
  }
  const [token, operator] = [await stage.tokenOf('super-admin'), await stage.operatorToken()]
  const lacking = (missing: ApiKeyScope) =>
    newKey(
      token,
      apiKeyScopes.filter((scope) => scope !== missing),
    )
  const full = await newKey(token)
  const revoked = await newKey(token)
  await as(token).revokeApiKey({ apiKeyId: revoked.apiKeyId })
  const expired = await newKey(token, apiKeyScopes, 5 * minute)
  const [suspended, deleted] = await Promise.all([stage.newPerson(), stage.newPerson()])
  const [suspendeds, deleteds] = await Promise.all([newKey(suspended.token), newKey(deleted.token)])
  await as(operator).suspendUser({ userId: suspended.id, reason: 'for the matrix' })
  await as(deleted.token).deleteUser({ password: deleted.password })
  const mistyped = full.secret.replace(/.$/, (last) => (last === '0' ? '1' : '0'))
  return {
    bad: {
      'an unknown API key': apiKeyText(crypto.getRandomValues(new Uint8Array(32))),
      'a revoked API key': revoked.secret,
      'an expired API key': expired.secret,
      'an API key of somebody suspended': suspendeds.secret,
      'an API key of somebody deleted': deleteds.secret,
      'an API key with a wrong checksum': mistyped,
      'the beginning of an API key': full.secret.slice(0, 12),
    },
    without: {
      read: (await lacking('read')).secret,
      write: (await lacking('write')).secret,
      operate: (await lacking('operate')).secret,
    },
    full: full.secret,
  }
}
