import type { ServiceImpl } from '@connectrpc/connect'
import type { IdentityService } from '#gen/troupe/identity/v1/identity_service_pb.ts'
import { timestamp } from '#shared/domain/timestamp.ts'
import { caller, maybeCaller } from '#shared/presentation/gate.ts'
import type { IdentityApp } from '../application/identity-app.ts'
import { deviceOf, ownerOf } from './callers.ts'
import { toSession, toTokenPair, toUser } from './to-proto.ts'

/** The rpcs about signing in, sessions, and links to other providers. */
export const sessionRpcs = (app: IdentityApp) =>
  ({
    login: async ({ email, password, totp }, context) => {
      const { tokens, user } = await app.login(email, password, deviceOf(context), totp)
      return { tokens: toTokenPair(tokens), user: toUser(user) }
    },
    refreshSession: async ({ refreshToken }, context) => ({
      tokens: toTokenPair(await app.refreshSession(refreshToken, deviceOf(context))),
    }),
    logout: async (_, context) => {
      await app.logout(ownerOf(context).sessionId)
      return {}
    },
    listSessions: async (page, context) => {
      const { userId, sessionId } = ownerOf(context)
      const { items, nextPageToken } = await app.listSessions(userId, page)
      return { sessions: items.map(toSession(sessionId)), nextPageToken }
    },
    revokeSession: async ({ sessionId }, context) => {
      await app.revokeSession(caller(context), sessionId)
      return {}
    },
    listOAuthProviders: () => ({ providers: app.oauthProviders() }),
    startOAuth: async ({ provider, redirectUri }, context) => {
      const started = await app.startOAuth(maybeCaller(context), provider, redirectUri)
      return { ...started, expiresAt: timestamp(started.expiresAt) }
    },
    completeOAuth: async ({ totp, ...back }, context) => {
      const { tokens, user, registered } = await app.completeOAuth(back, deviceOf(context), totp)
      return { tokens: toTokenPair(tokens), user: toUser(user), registered }
    },
    linkOAuth: async (back, context) => ({ user: toUser(await app.linkOAuth(ownerOf(context), back)) }),
    unlinkOAuth: async ({ provider }, context) => ({ user: toUser(await app.unlinkOAuth(caller(context), provider)) }),
  }) satisfies Partial<ServiceImpl<typeof IdentityService>>
