import type { ServiceImpl } from '@connectrpc/connect'
import type { IdentityService } from '#gen/troupe/identity/v1/identity_service_pb.ts'
import { dateOf } from '#shared/domain/timestamp.ts'
import { caller } from '#shared/presentation/gate.ts'
import type { IdentityApp } from '../application/identity-app.ts'
import { ownerOf } from './callers.ts'
import { toApiKey } from './to-proto.ts'

/** The rpcs about API keys. */
export const apiKeyRpcs = (app: IdentityApp) =>
  ({
    createApiKey: async ({ name, scopes, expiresAt }, context) => {
      const made = await app.createApiKey(ownerOf(context), { name, scopes, expiresAt: dateOf(expiresAt) })
      return { apiKey: toApiKey(made.key), secret: made.secret }
    },
    listApiKeys: async (page, context) => {
      const { items, nextPageToken } = await app.listApiKeys(caller(context), page)
      return { apiKeys: items.map(toApiKey), nextPageToken }
    },
    revokeApiKey: async ({ apiKeyId }, context) => {
      await app.revokeApiKey(caller(context), apiKeyId)
      return {}
    },
    authenticateApiKey: async (digest) => {
      const holder = await app.authenticateApiKey(digest)
      return holder ? { holder } : {}
    },
  }) satisfies Partial<ServiceImpl<typeof IdentityService>>
