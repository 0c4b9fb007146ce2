import type { Client } from '@connectrpc/connect'
import type { IdentityService } from '#gen/troupe/identity/v1/identity_service_pb.ts'
import { dateOf } from '#shared/domain/timestamp.ts'
import { batched } from '#shared/infrastructure/batched.ts'
import type { Contacts } from '../application/people-ports.ts'
import { orReason } from './or-reason.ts'

/** As many as one call may ask for. */
const mostAtOnce = 100

/** Identity, asked for addresses and links at the time of sending: neither is kept here. */
export const createContacts = (identity: Client<typeof IdentityService>): Contacts => ({
  find: batched(async (userIds) => {
    const { contacts } = await identity.batchGetContacts({ userIds: [...userIds] })
    return new Map(contacts.map((contact) => [contact.userId, contact]))
  }, mostAtOnce),
  link: (requestId) =>
    orReason(async () => {
      const { url, email, expiresAt } = await identity.getActionLink({ requestId })
      return { url, email, expiresAt: dateOf(expiresAt) ?? new Date(0) }
    }),
})
