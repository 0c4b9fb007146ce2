import { defineEntity, type EntitySchema, p } from '@mikro-orm/core'
import type { Measures } from '#shared/domain/recording.ts'
import { type ContributionStatus, type Cut, VoiceContribution } from '../domain/contribution.ts'
import { Invitation, type InvitationStatus } from '../domain/invitation.ts'
import { CollaborationSession } from '../domain/session.ts'
import type { Role, SessionStatus } from '../domain/session-parts.ts'

const time = () => p.datetime().columnType('timestamptz')

const SessionSchema = defineEntity({
  class: CollaborationSession,
  tableName: 'sessions',
  properties: {
    id: p.uuid().primary(),
    storyId: p.uuid(),
    hostId: p.uuid(),
    title: p.text(),
    language: p.text(),
    status: p.text().$type<SessionStatus>(),
    maxParticipants: p.integer(),
    roles: p.json<Role[]>(),
    createdAt: time(),
    expiresAt: time(),
    endedAt: time().nullable(),
    revision: p.integer().version(),
  },
})

const InvitationSchema = defineEntity({
  class: Invitation,
  tableName: 'invitations',
  properties: {
    id: p.uuid().primary(),
    sessionId: p.uuid(),
    storyId: p.uuid(),
    hostId: p.uuid(),
    characterId: p.uuid(),
    byPhone: p.boolean(),
    recipient: p.text(),
    usageKey: p.text(),
    canRecord: p.boolean(),
    canRegenerate: p.boolean(),
    status: p.text().$type<InvitationStatus>(),
    reason: p.text(),
    sending: p.integer(),
    userId: p.uuid().nullable(),
    displayName: p.text(),
    createdAt: time(),
    expiresAt: time(),
    joinedAt: time().nullable(),
    revision: p.integer().version(),
  },
})

const ContributionSchema = defineEntity({
  class: VoiceContribution,
  tableName: 'contributions',
  properties: {
    id: p.uuid().primary(),
    sessionId: p.uuid(),
    storyId: p.uuid(),
    participantId: p.uuid(),
    characterId: p.uuid(),
    status: p.text().$type<ContributionStatus>(),
    reason: p.text(),
    durationMs: p.integer(),
    size: p.integer(),
    measured: p.json<Measures>(),
    problems: p.json<string[]>(),
    cuts: p.json<Cut[]>(),
    createdAt: time(),
    reviewedAt: time().nullable(),
    revision: p.integer().version(),
  },
})

export const entities = [SessionSchema, InvitationSchema, ContributionSchema] as unknown as readonly EntitySchema[]
