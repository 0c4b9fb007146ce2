import {
  EventCancelledSchema,
  EventPublishedSchema,
  EventUpdatedSchema,
} from '#gen/troupe/catalog/v1/catalog_events_pb.ts'
import { type ConsumerDefinition, react } from '#shared/application/consumers.ts'
import { dateOf } from '#shared/domain/timestamp.ts'
import type { BookingApp } from '../application/app.ts'

/** What booking does about events: remembers whose they are, what and when, and cancels what there is of those that are off. */
export const consumers = (app: BookingApp): ConsumerDefinition[] => [
  react('events', [EventPublishedSchema, EventUpdatedSchema, EventCancelledSchema], (event) => {
    const { eventId: id, organizerId } = event
    // Of a draft nobody has tickets.
    if (event.$typeName !== 'troupe.catalog.v1.EventCancelled') {
      const { title, timeZone } = event
      app.noteEvent({ id, organizerId, title, timeZone, startsAt: dateOf(event.startsAt) as Date })
    } else if (event.wasPublished) app.noteCancelledEvent({ id, organizerId, reason: event.reason })
  }),
]
