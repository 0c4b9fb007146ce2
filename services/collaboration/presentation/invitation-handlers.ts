import type { ServiceImpl } from '@connectrpc/connect'
import type { CollaborationService } from '#gen/troupe/collaboration/v1/collaboration_service_pb.ts'
import { pageSize } from '#shared/application/paging.ts'
import { timestamp } from '#shared/domain/timestamp.ts'
import { caller, maybeCaller } from '#shared/presentation/gate.ts'
import type { CollaborationApp } from '../application/app.ts'
import { toInvitation, toPreview, toSession } from './convert.ts'

/** Invitations, for those who send and for those who get them. */
export const invitationHandlers = (app: CollaborationApp) =>
  ({
    inviteParticipant: async ({ sessionId, characterId, recipient, canRecord, canRegenerate }, context) => {
      const to = recipient.case === 'phone' ? { phone: recipient.value } : { email: recipient.value ?? '' }
      const draft = { sessionId, characterId, recipient: to, canRecord, canRegenerate }
      return { invitation: toInvitation(await app.inviteParticipant(caller(context), draft)) }
    },
    resendInvitation: async ({ invitationId }, context) => ({
      invitation: toInvitation(await app.resendInvitation(caller(context), invitationId)),
    }),
    revokeInvitation: async ({ invitationId }, context) => ({
      invitation: toInvitation(await app.revokeInvitation(caller(context), invitationId)),
    }),
    listInvitations: async ({ sessionId, ...request }, context) => {
      const page = { size: pageSize(request.pageSize, 20, 100), token: request.pageToken }
      const { items, nextPageToken } = await app.listInvitations(caller(context), sessionId, page)
      return { invitations: items.map(toInvitation), nextPageToken }
    },
    getInvitation: async ({ token }) => ({ invitation: toPreview(await app.getInvitation(token)) }),
    acceptInvitation: async ({ token, displayName }, context) => {
      const { view, participantId, guest } = await app.acceptInvitation(token, displayName, maybeCaller(context))
      const session = toSession(view)
      if (!guest) return { session, participantId }
      const until = guest.expiresAt ? { guestTokenExpiresAt: timestamp(guest.expiresAt) } : {}
      return { session, participantId, guestToken: guest.token, ...until }
    },
    declineInvitation: async ({ token }) => {
      await app.declineInvitation(token)
      return {}
    },
    getInvitationLink: async ({ invitationId, sending }) => {
      const { invitation, session, recipient, url, hostName } = await app.getInvitationLink(invitationId, sending)
      return {
        ...(invitation.byPhone ? { phone: recipient } : { email: recipient }),
        url,
        expiresAt: timestamp(invitation.expiresAt),
        hostName,
        storyTitle: session.title,
        characterName: session.role(invitation.characterId).name,
        language: session.language,
      }
    },
  }) satisfies Partial<ServiceImpl<typeof CollaborationService>>
