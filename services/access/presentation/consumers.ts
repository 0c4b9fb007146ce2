import {
  UserDeletedSchema,
  UserReactivatedSchema,
  UserRegisteredSchema,
  UserSuspendedSchema,
} from '#gen/troupe/identity/v1/identity_events_pb.ts'
import {
  SubscriptionCreatedSchema,
  SubscriptionDowngradedSchema,
  SubscriptionExpiredSchema,
  SubscriptionUpgradedSchema,
} from '#gen/troupe/subscription/v1/subscription_events_pb.ts'
import { type ConsumerDefinition, react } from '#shared/application/consumers.ts'
import type { AccessApp } from '../application/access-app.ts'

const tierEvents = [
  SubscriptionCreatedSchema,
  SubscriptionUpgradedSchema,
  SubscriptionDowngradedSchema,
  SubscriptionExpiredSchema,
] as const

/**
 * What access does about events: whoever opens an account is a member, whoever leaves holds nothing any more, whoever is
 * suspended may do nothing meanwhile, and a tier brings its role.
 */
export const consumers = (app: AccessApp): ConsumerDefinition[] => [
  react('members', [UserRegisteredSchema, UserDeletedSchema], (event) =>
    event.$typeName === 'troupe.identity.v1.UserDeleted' ? app.removeUser(event.userId) : app.welcomeUser(event.userId),
  ),
  react('suspensions', [UserSuspendedSchema, UserReactivatedSchema], ({ $typeName, userId }, { aggregateVersion }) =>
    $typeName === 'troupe.identity.v1.UserSuspended'
      ? app.noteSuspended(userId, aggregateVersion)
      : app.noteReactivated(userId, aggregateVersion),
  ),
  react('tiers', tierEvents, (event) =>
    app.noteTier(event.userId, event.$typeName === 'troupe.subscription.v1.SubscriptionExpired' ? 'FREE' : event.tier),
  ),
]
