import { decodeTimePosition, pageOf, pageSize } from '#shared/application/paging.ts'
import { notFound } from '#shared/domain/errors.ts'
import { ApiKey } from '../domain/api-key.ts'
import { mustKeepLiveSession, type Owner } from './confirm-owner.ts'
import type { Ports } from './ports.ts'

interface CreateApiKey {
  name: string
  scopes: readonly string[]
  expiresAt?: Date | undefined
}

/**
 * Makes a key, and gives its secret for the only time. Throws SESSION_ENDED, USER_SUSPENDED, and what the key's rules
 * ask for.
 */
export const createApiKey =
  (ports: Ports) =>
  async (owner: Owner, input: CreateApiKey): Promise<{ key: ApiKey; secret: string }> => {
    const { users, apiKeys, apiKeySecrets, ids, clock } = ports
    // A key outlives the access token that it is made with by a year.
    await mustKeepLiveSession(ports, owner)
    const user = await users.get(owner.userId)
    user.mustBeActive()
    // Else a new password, which ends keys of an address that nobody has verified, might miss this one.
    users.claim(user)
    const now = clock.now()
    const { secret, digest } = apiKeySecrets.next()
    const present = await apiKeys.liveOf(user.id, now)
    const key = ApiKey.create({ id: ids.next(), userId: user.id, ...input, ...digest }, present, now)
    apiKeys.add(key)
    return { key, secret }
  }

/** A user's keys that are live or expired lately, newest first. Throws INVALID_PAGE_TOKEN. */
export const listApiKeys =
  ({ apiKeys, clock }: Ports) =>
  async (userId: string, page: { pageSize: number; pageToken: string }) => {
    const size = pageSize(page.pageSize, 20, 100)
    const after = decodeTimePosition(page.pageToken)
    const rows = await apiKeys.page(userId, clock.now(), size + 1, after)
    return pageOf(rows, size, (last) => [last.createdAt.getTime(), last.id])
  }

/** Ends one of the user's keys. Throws API_KEY_NOT_FOUND, for another user's too. */
export const revokeApiKey =
  ({ apiKeys, clock }: Ports) =>
  async (userId: string, id: string): Promise<void> => {
    const key = await apiKeys.find(id)
    if (key?.userId !== userId) throw notFound('API_KEY_NOT_FOUND', 'you have no such API key')
    key.revoke(clock.now())
  }
