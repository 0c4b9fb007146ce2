import { UserRegisteredSchema } from '#gen/troupe/identity/v1/identity_events_pb.ts'
import { StoryCreatedSchema } from '#gen/troupe/story/v1/story_events_pb.ts'
import { type ConsumerDefinition, react } from '#shared/application/consumers.ts'
import type { SubscriptionApp } from '../application/app.ts'

/** What subscription does about events: opens subscriptions, and counts what was used. */
export const consumers = (app: SubscriptionApp): ConsumerDefinition[] => [
  react('subscribers', [UserRegisteredSchema], ({ userId }) => app.openSubscription(userId)),
  react('usage', [StoryCreatedSchema], async ({ authorId: userId, usageKey: key }, { occurredAt }) => {
    // Stories of before there were quotas.
    if (!key) return
    await app.commitUsage({ userId, resource: 'STORIES', amount: 1, key }, occurredAt)
  }),
]
