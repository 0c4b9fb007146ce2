import { Aggregate } from '#shared/domain/aggregate.ts'
import { denied, notFound, precondition } from '#shared/domain/errors.ts'
import type { EventDetails, Organizer } from './event-details.ts'
import type { TicketType } from './ticket-type.ts'
import type { Venue } from './venue.ts'

export type EventStatus = 'draft' | 'published' | 'cancelled' | 'completed'

export const eventNotFound = () => notFound('EVENT_NOT_FOUND', 'there is no such event')

/** What decides who may see an event. */
export interface VisibilityFacts {
  readonly organizerId: string
  /** Undefined for one that was never on sale. */
  readonly publishedAt: Date | undefined
}

/** Whether somebody may see an event: its organiser always, others once it was published. */
export const isVisible = ({ organizerId, publishedAt }: VisibilityFacts, viewer: string | undefined): boolean =>
  viewer === organizerId || publishedAt !== undefined

/** What an event is, and what may be asked of it. */
export abstract class EventState extends Aggregate implements EventDetails {
  override readonly id!: string
  readonly organizerId!: string
  title!: string
  description!: string
  category!: string
  tags!: string[]
  startsAt!: Date
  endsAt!: Date
  timeZone!: string
  minimumAge!: number
  venue!: Venue
  organizer: Organizer | undefined
  status!: EventStatus
  /** Empty unless it is cancelled. */
  cancelReason!: string
  storyId: string | undefined
  /** As they were drawn up. */
  ticketTypes!: TicketType[]
  /** Counts changes, from 1. */
  version!: number
  createdAt!: Date
  updatedAt!: Date
  publishedAt: Date | undefined

  /** Throws EVENT_NOT_FOUND for who may not see it, NOT_THE_ORGANIZER for who may only look at it. */
  mustBelongTo(userId: string): void {
    if (userId === this.organizerId) return
    if (!isVisible(this, userId)) throw eventNotFound()
    throw denied('NOT_THE_ORGANIZER', 'only its organiser may do this')
  }

  /** Throws EVENT_CANCELLED, EVENT_COMPLETED. */
  protected mustBeOpen(): void {
    if (this.status === 'cancelled') throw precondition('EVENT_CANCELLED', 'the event is cancelled')
    if (this.status === 'completed') throw precondition('EVENT_COMPLETED', 'the event has taken place')
  }

  /** Throws EVENT_CANCELLED, EVENT_COMPLETED, ALREADY_PUBLISHED. */
  protected mustBeDraft(): void {
    this.mustBeOpen()
    if (this.status === 'published') throw precondition('ALREADY_PUBLISHED', 'the event is published already')
  }
}
