import { defineEntity, type EntitySchema, p } from '@mikro-orm/core'
import { Event } from '../domain/event.ts'
import type { Organizer } from '../domain/event-details.ts'
import type { EventStatus } from '../domain/event-state.ts'
import type { TicketType } from '../domain/ticket-type.ts'
import type { Venue } from '../domain/venue.ts'

const time = () => p.datetime().columnType('timestamptz')

const EventSchema = defineEntity({
  class: Event,
  tableName: 'events',
  properties: {
    id: p.uuid().primary(),
    organizerId: p.uuid(),
    title: p.text(),
    description: p.text(),
    category: p.text(),
    tags: p.array(),
    startsAt: time(),
    endsAt: time(),
    timeZone: p.text(),
    minimumAge: p.integer(),
    venue: p.json<Venue>(),
    organizer: p.json<Organizer>().nullable(),
    status: p.text().$type<EventStatus>(),
    cancelReason: p.text(),
    storyId: p.uuid().nullable(),
    ticketTypes: p.json<TicketType[]>(),
    version: p.integer(),
    createdAt: time(),
    updatedAt: time(),
    publishedAt: time().nullable(),
    revision: p.integer().version(),
  },
})

/** How the aggregates of catalog are mapped. */
export const entities = [EventSchema] as unknown as readonly EntitySchema[]
