import {
  ProfileUpdatedSchema,
  UserDeletedSchema,
  UserRegisteredSchema,
} from '#gen/troupe/identity/v1/identity_events_pb.ts'
import { type ConsumerDefinition, project, react } from '#shared/application/consumers.ts'
import type { NotificationApp } from '../application/notification-app.ts'
import { happeningOf, toldSchemas } from './happenings.ts'

/** What notification does about events: keeps names, languages and time zones, and tells whom it concerns. */
export const consumers = (app: NotificationApp): ConsumerDefinition[] => [
  project('people', ['people'], [UserRegisteredSchema, ProfileUpdatedSchema, UserDeletedSchema], (event) => {
    if (event.$typeName === 'troupe.identity.v1.UserDeleted') app.forgetPerson(event.userId)
    else app.rememberPerson(event)
  }),
  react('tell', toldSchemas, async (event, info) => {
    const happening = happeningOf(event, info)
    if (happening) await app.announce(happening)
  }),
]
