import type { Client } from '@connectrpc/connect'
import type { CollaborationService } from '#gen/troupe/collaboration/v1/collaboration_service_pb.ts'
import { dateOf } from '#shared/domain/timestamp.ts'
import type { Invitations } from '../application/people-ports.ts'
import { orReason } from './or-reason.ts'

/** Collaboration, asked where an invitation goes at the time of sending: neither address nor link is kept here. */
export const createInvitations = (collaboration: Client<typeof CollaborationService>): Invitations => ({
  letter: (invitationId, sending) =>
    orReason(async () => {
      const { expiresAt, ...letter } = await collaboration.getInvitationLink({ invitationId, sending })
      return { ...letter, expiresAt: dateOf(expiresAt) ?? new Date(0) }
    }),
})
