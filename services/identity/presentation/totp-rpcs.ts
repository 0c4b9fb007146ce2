import type { ServiceImpl } from '@connectrpc/connect'
import type { IdentityService } from '#gen/troupe/identity/v1/identity_service_pb.ts'
import type { IdentityApp } from '../application/identity-app.ts'
import { ownerOf } from './callers.ts'

/** The rpcs about codes of an authenticator app. */
export const totpRpcs = (app: IdentityApp) =>
  ({
    enrollTotp: ({ password }, context) => app.enrollTotp(ownerOf(context), password),
    confirmTotp: async ({ code }, context) => ({ recoveryCodes: await app.confirmTotp(ownerOf(context), code) }),
    disableTotp: async ({ code }, context) => {
      await app.disableTotp(ownerOf(context), code)
      return {}
    },
  }) satisfies Partial<ServiceImpl<typeof IdentityService>>
