import type { Client } from '@connectrpc/connect'
import { Code, ConnectError } from '@connectrpc/connect'
import { ErrorInfoSchema } from '#gen/google/rpc/error_details_pb.ts'
import type { IdentityService } from '#gen/troupe/identity/v1/identity_service_pb.ts'
import { dateOf } from '#shared/domain/timestamp.ts'
import { batched } from '#shared/infrastructure/batched.ts'
import type { Contacts } from '../application/people-ports.ts'

/** As many as one call may ask for. */
const mostAtOnce = 100

/** Identity, asked for addresses and links at the time of sending: neither is kept here. */
export const createContacts = (identity: Client<typeof IdentityService>): Contacts => ({
  find: batched(async (userIds) => {
    const { contacts } = await identity.batchGetContacts({ userIds: [...userIds] })
    return new Map(contacts.map((contact) => [contact.userId, contact]))
  }, mostAtOnce),
  link: async (requestId) => {
    try {
      const { url, email, expiresAt } = await identity.getActionLink({ requestId })
      return { url, email, expiresAt: dateOf(expiresAt) ?? new Date(0) }
    } catch (error) {
      if (!(error instanceof ConnectError) || ![Code.NotFound, Code.FailedPrecondition].includes(error.code))
        throw error
      return { reason: error.findDetails(ErrorInfoSchema)[0]?.reason ?? 'LINK_REFUSED' }
    }
  },
})
