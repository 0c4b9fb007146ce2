import type { ServiceImpl } from '@connectrpc/connect'
import type { IdentityService } from '#gen/troupe/identity/v1/identity_service_pb.ts'
import { caller } from '#shared/presentation/gate.ts'
import type { IdentityApp } from '../application/identity-app.ts'
import { operatorOf, ownerOf } from './callers.ts'
import { toAccount, toErasure, toPublicProfile, toUser } from './to-proto.ts'

/** The rpcs about accounts: one's own, others' public side, and operators' work on them. */
export const accountRpcs = (app: IdentityApp) =>
  ({
    registerUser: async ({ registrationSource: source, ...input }) => ({
      user: toUser(await app.registerUser({ ...input, source })),
    }),
    changePassword: async ({ currentPassword, newPassword }, context) => {
      await app.changePassword(ownerOf(context), currentPassword, newPassword)
      return {}
    },
    getMe: async (_, context) => ({ user: toUser(await app.getMe(caller(context))) }),
    getUser: async ({ userId }) => ({ profile: toPublicProfile(await app.getUser(userId)) }),
    batchGetUsers: async ({ userIds }) => ({ profiles: (await app.batchGetUsers(userIds)).map(toPublicProfile) }),
    batchGetContacts: async ({ userIds }) => ({ contacts: await app.batchGetContacts(userIds) }),
    updateProfile: async (change, context) => ({ user: toUser(await app.updateProfile(caller(context), change)) }),
    updatePreferences: async (change, context) => ({
      user: toUser(await app.updatePreferences(caller(context), change)),
    }),
    updateContactInfo: async ({ phone, address }, context) => ({
      user: toUser(await app.updateContactInfo(caller(context), phone, address)),
    }),
    listUsers: async (request) => {
      const { items, nextPageToken } = await app.listUsers(request)
      return { users: items.map(toAccount), nextPageToken }
    },
    suspendUser: async ({ userId, reason }, context) => ({
      user: toAccount(await app.suspendUser(operatorOf(context), userId, reason)),
    }),
    reactivateUser: async ({ userId }, context) => ({
      user: toAccount(await app.reactivateUser(operatorOf(context), userId)),
    }),
    deleteUser: async ({ password }, context) => {
      await app.deleteUser(ownerOf(context), password)
      return {}
    },
    eraseUser: async ({ userId }, context) => {
      await app.eraseUser(operatorOf(context), userId)
      return {}
    },
    getErasure: async ({ userId }) => ({ erasure: toErasure(await app.getErasure(userId)) }),
  }) satisfies Partial<ServiceImpl<typeof IdentityService>>
