import type { DescMessage, MessageShape } from '@bufbuild/protobuf'
import { InvitationSentSchema } from '#gen/troupe/collaboration/v1/collaboration_events_pb.ts'
import {
  EmailVerificationRequestedSchema,
  PasswordResetRequestedSchema,
  UserRegisteredSchema,
} from '#gen/troupe/identity/v1/identity_events_pb.ts'
import { StoryAnalyzedSchema, StoryPublishedSchema, StorySharedSchema } from '#gen/troupe/story/v1/story_events_pb.ts'
import { StoryVisibility } from '#gen/troupe/story/v1/story_pb.ts'
import {
  ExpiryReason,
  SubscriptionCreatedSchema,
  SubscriptionDowngradedSchema,
  SubscriptionExpiredSchema,
  SubscriptionUpgradedSchema,
  UsageLimitReachedSchema,
} from '#gen/troupe/subscription/v1/subscription_events_pb.ts'
import { UsageResource } from '#gen/troupe/subscription/v1/usage_pb.ts'
import type { EventInfo } from '#shared/application/consumers.ts'
import type { Happening } from '../application/announce.ts'
import type { Data } from '../domain/delivery-state.ts'
import { paymentTells } from './payment-tells.ts'
import { securityTells } from './security-tells.ts'
import { on, type Tells, time, type What } from './tells.ts'
import { ticketTells } from './ticket-tells.ts'

const subscriptionChanged = (to: string, change: string, tier: string): What => ({
  kind: 'subscription_changed',
  to,
  data: { path: '/subscription', change, tier },
})

/** What is counted, as texts name it. */
const resources: Partial<Record<UsageResource, string>> = {
  [UsageResource.STORIES]: 'stories',
  [UsageResource.COLLABORATORS]: 'collaborators',
  [UsageResource.FILMS]: 'videos',
  [UsageResource.VOICES]: 'voices',
}

/** What people are told of, by the event that causes it. */
const tells: readonly Tells[] = [
  on(UserRegisteredSchema, ({ userId }) => ({ kind: 'welcome', to: userId, data: { path: '/stories/new' } })),
  on(EmailVerificationRequestedSchema, ({ userId, requestId }) => ({
    kind: 'email_verification',
    to: userId,
    data: { request: requestId },
  })),
  on(PasswordResetRequestedSchema, ({ userId, requestId }) => ({
    kind: 'password_reset',
    to: userId,
    data: { request: requestId },
  })),
  on(StoryAnalyzedSchema, ({ storyId, authorId, characterCount, segmentCount }) => ({
    kind: 'story_analyzed',
    to: authorId,
    data: { path: `/stories/${storyId}`, characters: characterCount, segments: segmentCount },
  })),
  on(
    StoryPublishedSchema,
    ({ storyId, authorId, title, visibility }) =>
      visibility === StoryVisibility.PUBLIC
        ? {
            kind: 'story_published',
            to: { kind: 'followers', of: authorId },
            aboutId: authorId,
            data: { path: `/stories/${storyId}`, title, author: { person: authorId } },
          }
        : undefined,
    { visibility: StoryVisibility.PUBLIC },
  ),
  on(StorySharedSchema, ({ storyId, authorId, expiresAt }) => ({
    kind: 'story_shared',
    to: authorId,
    data: { path: `/stories/${storyId}`, expires: time(expiresAt) },
  })),
  on(InvitationSentSchema, ({ invitationId, hostId, sending, byPhone }) => ({
    kind: 'invitation',
    to: invitationId,
    aboutId: hostId,
    channels: [byPhone ? 'sms' : 'email'],
    data: { sending },
  })),
  // The free one comes with the account, of which the welcome tells.
  on(SubscriptionCreatedSchema, ({ userId, tier }) =>
    tier === 'FREE' ? undefined : subscriptionChanged(userId, 'created', tier),
  ),
  on(SubscriptionUpgradedSchema, ({ userId, tier }) => subscriptionChanged(userId, 'upgraded', tier)),
  on(SubscriptionDowngradedSchema, ({ userId, tier }) => subscriptionChanged(userId, 'downgraded', tier)),
  on(SubscriptionExpiredSchema, ({ userId, tier, reason }) =>
    reason === ExpiryReason.ACCOUNT_DELETED ? undefined : subscriptionChanged(userId, 'expired', tier),
  ),
  ...paymentTells,
  ...securityTells,
  ...ticketTells,
  on(
    UsageLimitReachedSchema,
    ({ userId, resource, limit, resetsAt }) => {
      const name = resources[resource]
      if (!name) return undefined
      // What is counted at a time, and not by periods, starts afresh at no time.
      const resets = resetsAt && { resets: time(resetsAt) }
      const data = { path: '/subscription', resource: name, limit: Number(limit), ...resets }
      return { kind: 'limit_reached', to: userId, data }
    },
    { resource: UsageResource.STORIES, resetsAt: { seconds: 0n } },
  ),
]

/** The events that people are told of. */
export const toldSchemas: readonly DescMessage[] = tells.map(({ schema }) => schema)

/** What each of them gives to texts, by its full name: values as an example, under the names that all of its kind have. */
export const eventExamples: ReadonlyMap<string, Data> = new Map(
  tells.map(({ schema, example }) => [schema.typeName, example]),
)

/** What people are told of an event. */
export const happeningOf = (
  event: MessageShape<DescMessage>,
  { id, occurredAt }: Pick<EventInfo, 'id' | 'occurredAt'>,
): Happening | undefined => {
  const what = tells.find(({ schema }) => schema.typeName === event.$typeName)?.whatOf(event as never, occurredAt)
  return what && { ...what, eventId: id, eventType: event.$typeName }
}
