import type { MessageInitShape } from '@bufbuild/protobuf'
import {
  type CollaborationSessionSchema,
  ContributionStatus,
  type InvitationPreviewSchema,
  type InvitationSchema,
  InvitationStatus,
  type LineSchema,
  LineStatus,
  type ParticipantSchema,
  type RoleSchema,
  SessionStatus,
  type TemplateSchema,
  type VoiceContributionSchema,
} from '#gen/troupe/collaboration/v1/collaboration_pb.ts'
import { timestamp } from '#shared/domain/timestamp.ts'
import type { Preview } from '../application/answer-invitation.ts'
import type { InvitationView } from '../application/invite.ts'
import type { LineView } from '../application/ports.ts'
import type { ParticipantView, SessionView } from '../application/views.ts'
import type { VoiceContribution } from '../domain/contribution.ts'
import type { Role } from '../domain/session-parts.ts'
import type { Template } from '../domain/template.ts'

const sessionStatuses = {
  active: SessionStatus.ACTIVE,
  completed: SessionStatus.COMPLETED,
  expired: SessionStatus.EXPIRED,
  cancelled: SessionStatus.CANCELLED,
}

const invitationStatuses = {
  pending: InvitationStatus.PENDING,
  accepted: InvitationStatus.ACCEPTED,
  declined: InvitationStatus.DECLINED,
  expired: InvitationStatus.EXPIRED,
  revoked: InvitationStatus.REVOKED,
}

const contributionStatuses = {
  pending: ContributionStatus.PENDING,
  approved: ContributionStatus.APPROVED,
  rejected: ContributionStatus.REJECTED,
}

const toRole = (role: Role, isHosts: boolean): MessageInitShape<typeof RoleSchema> => ({
  characterId: role.characterId,
  name: role.name,
  lineCount: role.lines,
  approvedCount: role.approved,
  pendingCount: role.pending,
  participantId: role.isJoined ? role.invitationId : '',
  isInvited: isHosts && role.invitationId !== '' && !role.isJoined,
})

const toParticipant = ({
  invitation,
  displayName,
  isPresent,
}: ParticipantView): MessageInitShape<typeof ParticipantSchema> => {
  const { id, characterId, userId, canRecord, canRegenerate, joinedAt } = invitation
  const at = joinedAt ? { joinedAt: timestamp(joinedAt) } : {}
  return { id, characterId, displayName, isGuest: !userId, canRecord, canRegenerate, ...at, isPresent }
}

export const toSession = (view: SessionView): MessageInitShape<typeof CollaborationSessionSchema> => {
  const { session, hostName, isHostPresent, participants, isHosts } = view
  return {
    id: session.id,
    storyId: session.storyId,
    hostId: session.hostId,
    hostName,
    title: session.title,
    language: session.language,
    status: sessionStatuses[session.status],
    maxParticipants: session.maxParticipants,
    roles: session.roles.map((role) => toRole(role, isHosts)),
    participants: participants.map(toParticipant),
    createdAt: timestamp(session.createdAt),
    expiresAt: timestamp(session.expiresAt),
    ...(session.endedAt ? { endedAt: timestamp(session.endedAt) } : {}),
    isHostPresent,
  }
}

export const toLine = ({
  place,
  characterId,
  text,
  isPending,
  contributionId,
}: LineView): MessageInitShape<typeof LineSchema> => {
  const known = contributionId === '' ? LineStatus.OPEN : LineStatus.APPROVED
  return { place, characterId, text, contributionId, status: isPending ? LineStatus.PENDING : known }
}

export const toInvitation = ({ invitation, recipient }: InvitationView): MessageInitShape<typeof InvitationSchema> => ({
  id: invitation.id,
  sessionId: invitation.sessionId,
  characterId: invitation.characterId,
  ...(invitation.byPhone ? { phone: recipient } : { email: recipient }),
  status: invitationStatuses[invitation.status],
  reason: invitation.reason,
  canRecord: invitation.canRecord,
  canRegenerate: invitation.canRegenerate,
  sending: invitation.sending,
  createdAt: timestamp(invitation.createdAt),
  expiresAt: timestamp(invitation.expiresAt),
})

export const toPreview = ({
  invitation,
  session,
  hostName,
  isExpired,
}: Preview): MessageInitShape<typeof InvitationPreviewSchema> => {
  const role = session.roles.find(({ characterId }) => characterId === invitation.characterId)
  return {
    sessionId: session.id,
    storyTitle: session.title,
    hostName,
    characterName: role?.name ?? '',
    lineCount: role?.lines ?? 0,
    status: isExpired ? InvitationStatus.EXPIRED : invitationStatuses[invitation.status],
    sessionStatus: sessionStatuses[session.status],
    expiresAt: timestamp(invitation.expiresAt),
    canRecord: invitation.canRecord,
    canRegenerate: invitation.canRegenerate,
  }
}

export const toContribution = (
  contribution: VoiceContribution,
  url: string,
): MessageInitShape<typeof VoiceContributionSchema> => {
  const { measured, createdAt, reviewedAt } = contribution
  const { pitchHz, rangeSemitones, tempo, signalToNoiseDb, loudnessLufs } = measured
  return {
    id: contribution.id,
    sessionId: contribution.sessionId,
    participantId: contribution.participantId,
    characterId: contribution.characterId,
    status: contributionStatuses[contribution.status],
    reason: contribution.reason,
    durationMs: contribution.durationMs,
    size: BigInt(contribution.size),
    lines: contribution.cuts,
    measured: { pitchHz, rangeSemitones, tempo, signalToNoiseDb, loudnessLufs },
    problems: contribution.problems,
    url,
    createdAt: timestamp(createdAt),
    ...(reviewedAt ? { reviewedAt: timestamp(reviewedAt) } : {}),
  }
}

export const toTemplate = ({
  id,
  storyId,
  name,
  roles,
  createdAt,
}: Template): MessageInitShape<typeof TemplateSchema> => ({
  id,
  storyId,
  name,
  roles,
  createdAt: timestamp(createdAt),
})
