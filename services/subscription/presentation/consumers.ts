import {
  CollaborationCancelledSchema,
  CollaborationCompletedSchema,
  InvitationDeclinedSchema,
  InvitationExpiredSchema,
  InvitationRevokedSchema,
  InvitationSentSchema,
} from '#gen/troupe/collaboration/v1/collaboration_events_pb.ts'
import { UserRegisteredSchema } from '#gen/troupe/identity/v1/identity_events_pb.ts'
import {
  NarrationFailedSchema,
  NarrationGeneratedSchema,
  NarrationRegeneratedSchema,
  VoiceClonedSchema,
  VoiceDeletedSchema,
  VoicePreviewedSchema,
} from '#gen/troupe/narration/v1/narration_events_pb.ts'
import { StoryCreatedSchema } from '#gen/troupe/story/v1/story_events_pb.ts'
import {
  VideoFailedSchema,
  VideoGeneratedSchema,
  VideoJobCancelledSchema,
} from '#gen/troupe/videogen/v1/videogen_events_pb.ts'
import { type ConsumerDefinition, react } from '#shared/application/consumers.ts'
import type { SubscriptionApp } from '../application/app.ts'

const invitationSchemas = [
  InvitationSentSchema,
  InvitationDeclinedSchema,
  InvitationExpiredSchema,
  InvitationRevokedSchema,
] as const
const sessionSchemas = [CollaborationCompletedSchema, CollaborationCancelledSchema] as const

/** What subscription does about events: opens subscriptions, and counts what was used. */
export const consumers = (app: SubscriptionApp): ConsumerDefinition[] => [
  react('subscribers', [UserRegisteredSchema], ({ userId }) => app.openSubscription(userId)),
  react('usage', [StoryCreatedSchema], async ({ authorId: userId, usageKey: key }, { occurredAt }) => {
    // Stories of before there were quotas.
    if (!key) return
    await app.commitUsage({ userId, resource: 'STORIES', amount: 1, key }, occurredAt)
  }),
  react('voices', [VoiceClonedSchema, VoiceDeletedSchema], async (event, { occurredAt }) => {
    const { userId, usageKey: key } = event
    if (!key) return
    if (event.$typeName === 'troupe.narration.v1.VoiceDeleted') await app.releaseUsage(key)
    else await app.commitUsage({ userId, resource: 'VOICES', amount: 1, key }, occurredAt)
  }),
  react('invitations', [...invitationSchemas, ...sessionSchemas], async (event, { occurredAt }) => {
    switch (event.$typeName) {
      case 'troupe.collaboration.v1.InvitationSent': {
        const { hostId: userId, usageKey: key } = event
        return app.commitUsage({ userId, resource: 'COLLABORATORS', amount: 1, key }, occurredAt)
      }
      case 'troupe.collaboration.v1.CollaborationCompleted':
      case 'troupe.collaboration.v1.CollaborationCancelled':
        return app.releaseUsage(...event.usageKeys)
      default:
        return app.releaseUsage(event.usageKey)
    }
  }),
  react(
    'speech',
    [VoicePreviewedSchema, NarrationGeneratedSchema, NarrationRegeneratedSchema, NarrationFailedSchema],
    async ({ userId, usageKey: key, paidThousands: amount }, { occurredAt }) => {
      if (!key) return
      // What was not paid for in the end is given back.
      if (amount === 0) await app.releaseUsage(key)
      else await app.commitUsage({ userId, resource: 'SPEECH', amount, key }, occurredAt)
    },
  ),
  react('films', [VideoGeneratedSchema, VideoFailedSchema, VideoJobCancelledSchema], async (event, { occurredAt }) => {
    const { userId, usageKey: key } = event
    if (event.$typeName !== 'troupe.videogen.v1.VideoGenerated') await app.releaseUsage(key)
    else await app.commitUsage({ userId, resource: 'FILMS', amount: 1, key }, occurredAt)
  }),
]
