import { UserDeletedSchema, UserRegisteredSchema } from '#gen/troupe/identity/v1/identity_events_pb.ts'
import { type ConsumerDefinition, react } from '#shared/application/consumers.ts'
import type { AccessApp } from '../application/access-app.ts'

/** What access does about events: whoever opens an account is a member, whoever leaves holds nothing any more. */
export const consumers = (app: AccessApp): ConsumerDefinition[] => [
  react('members', [UserRegisteredSchema, UserDeletedSchema], (event) =>
    event.$typeName === 'troupe.identity.v1.UserDeleted' ? app.removeUser(event.userId) : app.welcomeUser(event.userId),
  ),
]
