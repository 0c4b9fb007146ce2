import {
  ProfileUpdatedSchema,
  UserDeletedSchema,
  UserRegisteredSchema,
} from '#gen/troupe/identity/v1/identity_events_pb.ts'
import {
  NotificationBouncedSchema,
  NotificationFailedSchema,
} from '#gen/troupe/notification/v1/notification_events_pb.ts'
import { StoryDeletedSchema } from '#gen/troupe/story/v1/story_events_pb.ts'
import { type ConsumerDefinition, project, react } from '#shared/application/consumers.ts'
import type { CollaborationApp } from '../application/app.ts'

/** What was not sent because there was no reason to any more. */
const needless = new Set(['OUTDATED', 'INVITATION_OVER', 'INVITATION_ACCEPTED', 'INVITATION_NOT_FOUND'])

/** What collaboration does about events: keeps names, and ends what lost its story or did not arrive. */
export const consumers = (app: CollaborationApp): ConsumerDefinition[] => [
  project('people', ['people'], [UserRegisteredSchema, ProfileUpdatedSchema, UserDeletedSchema], (event) => {
    if (event.$typeName === 'troupe.identity.v1.UserDeleted') app.forgetPerson(event.userId)
    else app.rememberPerson(event.userId, event.displayName)
  }),
  react('stories', [StoryDeletedSchema], ({ storyId }) => app.cancelOfStory(storyId)),
  // An invitation's recipient is known by the invitation.
  react('undelivered', [NotificationFailedSchema, NotificationBouncedSchema], async (event) => {
    if (event.kind !== 'invitation') return
    const isFinal =
      event.$typeName === 'troupe.notification.v1.NotificationBounced' ? event.isHard : !needless.has(event.reason)
    if (isFinal) await app.revokeUndelivered(event.recipientId)
  }),
]
