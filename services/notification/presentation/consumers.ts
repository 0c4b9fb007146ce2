import { ReservationCancelledSchema, ReservationConfirmedSchema } from '#gen/troupe/booking/v1/booking_events_pb.ts'
import {
  EventCancelledSchema,
  EventPublishedSchema,
  EventUpdatedSchema,
} from '#gen/troupe/catalog/v1/catalog_events_pb.ts'
import {
  ProfileUpdatedSchema,
  UserDeletedSchema,
  UserRegisteredSchema,
} from '#gen/troupe/identity/v1/identity_events_pb.ts'
import { type ConsumerDefinition, project, react } from '#shared/application/consumers.ts'
import { dateOf } from '#shared/domain/timestamp.ts'
import type { NotificationApp } from '../application/notification-app.ts'
import { happeningOf, toldSchemas } from './happenings.ts'

/**
 * What notification does about events: keeps names, languages and time zones, shows and who has tickets for them, and tells
 * whom it concerns.
 */
export const consumers = (app: NotificationApp): ConsumerDefinition[] => [
  project('people', ['people'], [UserRegisteredSchema, ProfileUpdatedSchema, UserDeletedSchema], (event) => {
    if (event.$typeName === 'troupe.identity.v1.UserDeleted') app.forgetPerson(event.userId)
    else app.rememberPerson(event)
  }),
  project('shows', ['shows'], [EventPublishedSchema, EventUpdatedSchema, EventCancelledSchema], (event, info) => {
    if (event.$typeName === 'troupe.catalog.v1.EventCancelled') return app.cancelShow(event.eventId)
    const { eventId: id, title, timeZone, version } = event
    return app.rememberShow({ id, title, timeZone, version, startsAt: dateOf(event.startsAt) as Date }, info.occurredAt)
  }),
  project('holders', ['holders'], [ReservationConfirmedSchema, ReservationCancelledSchema], (event, info) => {
    const { reservationId, eventId: showId, userId } = event
    if (event.$typeName === 'troupe.booking.v1.ReservationCancelled') return app.forgetHolding(reservationId)
    const since = info.occurredAt
    return app.rememberHolding({
      reservationId,
      showId,
      userId,
      since,
      expectedAt: dateOf(event.event?.startsAt) ?? since,
    })
  }),
  react('tell', toldSchemas, async (event, info) => {
    const happening = happeningOf(event, info)
    if (happening) await app.announce(happening)
  }),
]
