import type { ServiceImpl } from '@connectrpc/connect'
import type { IdentityService } from '#gen/troupe/identity/v1/identity_service_pb.ts'
import { timestamp } from '#shared/domain/timestamp.ts'
import { caller } from '#shared/presentation/gate.ts'
import type { IdentityApp } from '../application/identity-app.ts'

/** The rpcs about links that are mailed. */
export const linkRpcs = (app: IdentityApp) =>
  ({
    requestEmailVerification: async (_, context) => {
      await app.requestEmailVerification(caller(context))
      return {}
    },
    verifyEmail: async ({ token }) => {
      await app.verifyEmail(token)
      return {}
    },
    requestPasswordReset: async ({ email }) => {
      await app.requestPasswordReset(email)
      return {}
    },
    resetPassword: async ({ token, newPassword }) => {
      await app.resetPassword(token, newPassword)
      return {}
    },
    getActionLink: async ({ requestId }) => {
      const { expiresAt, ...link } = await app.getActionLink(requestId)
      return { ...link, expiresAt: timestamp(expiresAt) }
    },
  }) satisfies Partial<ServiceImpl<typeof IdentityService>>
