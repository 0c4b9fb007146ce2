import type { ServiceImpl } from '@connectrpc/connect'
import type { IdentityService } from '#gen/troupe/identity/v1/identity_service_pb.ts'
import { milliseconds, timestamp } from '#shared/domain/timestamp.ts'
import type { IdentityApp } from '../application/identity-app.ts'
import { accountRpcs } from './account-rpcs.ts'
import { apiKeyRpcs } from './api-key-rpcs.ts'
import { linkRpcs } from './link-rpcs.ts'
import { sessionRpcs } from './session-rpcs.ts'
import { totpRpcs } from './totp-rpcs.ts'

/** Answers IdentityService; `jwks` gives the public keys as JSON text. */
export const identityService = (
  app: IdentityApp,
  jwks: () => Promise<string>,
): ServiceImpl<typeof IdentityService> => ({
  ...accountRpcs(app),
  ...sessionRpcs(app),
  ...linkRpcs(app),
  ...apiKeyRpcs(app),
  ...totpRpcs(app),
  issueServiceToken: async ({ assertion }) => {
    const { token, issuedAt, expiresAt } = await app.issueServiceToken(assertion)
    return { token, issuedAt: timestamp(issuedAt), expiresAt: timestamp(expiresAt) }
  },
  issueGuestToken: async ({ guestId, displayName, resourceType: type, resourceId: id, lifetime }) => {
    const lifetimeMs = lifetime ? milliseconds(lifetime) : 0
    const pass = { guestId, displayName, resource: { type, id }, lifetimeMs }
    const { token, expiresAt } = await app.issueGuestToken(pass)
    return { token, expiresAt: timestamp(expiresAt) }
  },
  getBootstrapAdmin: async () => ({ userId: await app.getBootstrapAdmin() }),
  getJwks: async () => ({ jwks: await jwks() }),
})
