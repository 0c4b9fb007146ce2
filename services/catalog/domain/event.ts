import {
  EventCancelledSchema,
  EventCompletedSchema,
  EventCreatedSchema,
  EventPublishedSchema,
  EventUpdatedSchema,
} from '#gen/troupe/catalog/v1/catalog_events_pb.ts'
import { conflict, precondition } from '#shared/domain/errors.ts'
import { timestamp } from '#shared/domain/timestamp.ts'
import { changedDetails, type DetailsChange, type EventDetails, eventDetails, isSameDetails } from './event-details.ts'
import { EventState } from './event-state.ts'
import { saying } from './event-text.ts'
import {
  type TicketType,
  type TicketTypeChange,
  type TicketTypeInput,
  ticketTotal,
  ticketTypeIn,
  ticketTypeMessage,
  withChangedTicketType,
  withTicketType,
} from './ticket-type.ts'
import { isSamePlace, mostTickets } from './venue.ts'

const leftReason = 'The organiser has left.'

export interface EventInit extends EventDetails {
  id: string
  organizerId: string
  /** Each with its id. */
  ticketTypes: readonly (readonly [string, TicketTypeInput])[]
}

const startInPast = () => precondition('START_IN_PAST', 'the event must start in the future')

/** An event: what happens to it, from the draft to its end. */
export class Event extends EventState {
  static begin({ id, organizerId, ticketTypes, ...details }: EventInit, now: Date): Event {
    const event = Object.assign(new Event(), {
      id,
      organizerId,
      ...eventDetails(details),
      status: 'draft',
      cancelReason: '',
      ticketTypes: ticketTypes.reduce<TicketType[]>((types, [typeId, type]) => withTicketType(types, typeId, type), []),
      version: 1,
      createdAt: now,
      updatedAt: now,
    })
    event.record(EventCreatedSchema, { eventId: id, organizerId })
    return event
  }

  private get details(): EventDetails {
    return changedDetails(this, {})
  }

  private changed(now: Date): void {
    this.version += 1
    this.updatedAt = now
  }

  /** Changes what is given. Throws VERSION_CONFLICT, EVENT_CANCELLED, EVENT_COMPLETED, START_IN_PAST, CAPACITY_REDUCED. */
  edit(change: DetailsChange, expectedVersion: number, now: Date): void {
    this.mustBeOpen()
    if (expectedVersion !== this.version) {
      throw conflict('VERSION_CONFLICT', `the event is at version ${this.version} now; read it again`, {
        metadata: { version: String(this.version) },
      })
    }
    const before = this.details
    const after = changedDetails(before, change)
    if (isSameDetails(before, after)) return
    if (this.status === 'published') this.mustStayAsSold(before, after, now)
    Object.assign(this, after)
    this.changed(now)
    if (this.status === 'published') this.recordUpdate(before)
  }

  private mustStayAsSold(before: EventDetails, after: EventDetails, now: Date): void {
    if (after.startsAt.getTime() !== before.startsAt.getTime() && after.startsAt <= now) throw startInPast()
    if (mostTickets(after.venue) < mostTickets(before.venue)) {
      throw precondition('CAPACITY_REDUCED', 'tickets are on sale: there cannot be fewer places')
    }
  }

  private recordUpdate(before: EventDetails): void {
    const { id: eventId, organizerId, title, startsAt, endsAt, timeZone, venue, version } = this
    const times = [startsAt, before.startsAt, endsAt, before.endsAt].map((time) => time.getTime())
    this.record(EventUpdatedSchema, {
      eventId,
      organizerId,
      title,
      startsAt: timestamp(startsAt),
      endsAt: timestamp(endsAt),
      timeZone,
      isOnline: venue.isOnline,
      capacity: venue.capacity,
      isRescheduled: times[0] !== times[1] || times[2] !== times[3],
      isMoved: !isSamePlace(venue, before.venue),
      version,
    })
  }

  /** Throws TICKET_TYPE_EXISTS, CURRENCY_MISMATCH, SALE_WINDOW_EMPTY, TOO_MANY_TICKET_TYPES; ALREADY_PUBLISHED. */
  addTicketType(id: string, input: TicketTypeInput, now: Date): void {
    this.mustBeDraft()
    this.ticketTypes = withTicketType(this.ticketTypes, id, input)
    this.changed(now)
  }

  /** Throws TICKET_TYPE_NOT_FOUND, and what adding it would. */
  changeTicketType(id: string, change: TicketTypeChange, now: Date): void {
    this.mustBeDraft()
    this.ticketTypes = withChangedTicketType(this.ticketTypes, id, change)
    this.changed(now)
  }

  /** Throws TICKET_TYPE_NOT_FOUND, ALREADY_PUBLISHED. */
  removeTicketType(id: string, now: Date): void {
    this.mustBeDraft()
    const removed = ticketTypeIn(this.ticketTypes, id)
    this.ticketTypes = this.ticketTypes.filter((type) => type !== removed)
    this.changed(now)
  }

  /** Throws ALREADY_PUBLISHED, EVENT_CANCELLED, EVENT_COMPLETED, START_IN_PAST, NO_TICKET_TYPES, CAPACITY_EXCEEDED. */
  publish(now: Date): void {
    this.mustBeDraft()
    if (this.startsAt <= now) throw startInPast()
    if (this.ticketTypes.length === 0) throw precondition('NO_TICKET_TYPES', 'add a ticket type first')
    if (ticketTotal(this.ticketTypes) > mostTickets(this.venue)) {
      throw precondition('CAPACITY_EXCEEDED', 'there are more tickets than places')
    }
    this.status = 'published'
    this.publishedAt = now
    this.changed(now)
    const { id: eventId, organizerId, title, category, timeZone, storyId, venue, version } = this
    this.record(EventPublishedSchema, {
      eventId,
      organizerId,
      title,
      category,
      startsAt: timestamp(this.startsAt),
      endsAt: timestamp(this.endsAt),
      timeZone,
      storyId: storyId ?? '',
      isOnline: venue.isOnline,
      capacity: venue.capacity,
      ticketTypes: this.ticketTypes.map(ticketTypeMessage),
      version,
    })
  }

  /** For good. Throws EVENT_CANCELLED, EVENT_COMPLETED, INVALID_REASON. */
  cancel(reason: string, now: Date): void {
    this.mustBeOpen()
    const wasPublished = this.status === 'published'
    this.cancelReason = saying('reason', reason)
    this.status = 'cancelled'
    this.changed(now)
    const { id: eventId, organizerId, title } = this
    this.record(EventCancelledSchema, { eventId, organizerId, title, reason: this.cancelReason, wasPublished })
  }

  /** Throws NOT_STARTED, NOT_PUBLISHED, EVENT_CANCELLED, EVENT_COMPLETED. */
  complete(now: Date): void {
    this.mustBeOpen()
    if (this.status === 'draft') throw precondition('NOT_PUBLISHED', 'the event was never published')
    if (this.startsAt > now) throw precondition('NOT_STARTED', 'the event has not begun yet')
    this.status = 'completed'
    this.changed(now)
    this.record(EventCompletedSchema, { eventId: this.id, organizerId: this.organizerId })
  }

  /** Completes a published event whose end has passed; changes nothing of any other. */
  completePast(now: Date): void {
    if (this.status === 'published' && this.endsAt <= now) this.complete(now)
  }

  /** Its organiser leaves: it does not take place unless it has, and nothing tells how to reach them. */
  abandon(now: Date): void {
    this.completePast(now)
    if (this.status === 'draft' || this.status === 'published') this.cancel(leftReason, now)
    this.organizer = undefined
    this.updatedAt = now
  }
}
