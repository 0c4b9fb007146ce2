import {
  EventCancelledSchema,
  EventCompletedSchema,
  type EventPublished,
  EventPublishedSchema,
  type EventUpdated,
  EventUpdatedSchema,
} from '#gen/troupe/catalog/v1/catalog_events_pb.ts'
import type { TicketType } from '#gen/troupe/catalog/v1/ticket_type_pb.ts'
import { type ConsumerDefinition, react } from '#shared/application/consumers.ts'
import { dateOf } from '#shared/domain/timestamp.ts'
import type { InventoryApp } from '../application/app.ts'
import type { DrawnType } from '../application/follow-event.ts'

// Catalog always says when.
const times = ({ startsAt, endsAt }: EventPublished | EventUpdated) => ({
  startsAt: dateOf(startsAt) as Date,
  endsAt: dateOf(endsAt) as Date,
})

const drawn = (type: TicketType): DrawnType => ({
  id: type.id,
  name: type.name,
  description: type.description,
  price: Number(type.price?.minorUnits ?? 0),
  currency: type.price?.currency ?? '',
  total: type.quantity,
  saleStartsAt: dateOf(type.saleStartsAt),
  saleEndsAt: dateOf(type.saleEndsAt),
  perOrderLimit: type.perOrderLimit,
})

/** What inventory does about events: sells the tickets of those that are published, until they end. */
export const consumers = (app: InventoryApp): ConsumerDefinition[] => [
  react(
    'events',
    [EventPublishedSchema, EventUpdatedSchema, EventCancelledSchema, EventCompletedSchema],
    async (event) => {
      switch (event.$typeName) {
        case 'troupe.catalog.v1.EventPublished':
          return app.publishInventory({ ...event, ...times(event) }, event.ticketTypes.map(drawn))
        case 'troupe.catalog.v1.EventUpdated':
          return app.followEvent({ ...event, ...times(event) })
        case 'troupe.catalog.v1.EventCancelled':
          // Of a draft there are no tickets.
          return event.wasPublished ? app.closeInventory(event.eventId, event.organizerId) : undefined
        case 'troupe.catalog.v1.EventCompleted':
          return app.closeInventory(event.eventId, event.organizerId)
      }
    },
  ),
]
