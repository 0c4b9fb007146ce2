import type { MessageInitShape } from '@bufbuild/protobuf'
import { type EventSchema, EventStatus, type EventSummarySchema } from '#gen/troupe/catalog/v1/event_pb.ts'
import { timestamp } from '#shared/domain/timestamp.ts'
import type { Availability, EventView, SummaryView } from '../application/views.ts'
import type { EventStatus as Status } from '../domain/event-state.ts'
import { localTime } from '../domain/schedule.ts'
import { ticketTypeMessage } from '../domain/ticket-type.ts'

const statuses: Record<Status, EventStatus> = {
  draft: EventStatus.DRAFT,
  published: EventStatus.PUBLISHED,
  cancelled: EventStatus.CANCELLED,
  completed: EventStatus.COMPLETED,
}

/** The domain's word for a status; undefined for UNSPECIFIED. */
export const fromStatus = (status: EventStatus): Status | undefined =>
  (Object.keys(statuses) as Status[]).find((word) => statuses[word] === status)

const toAvailability = ({ total, available, currency, lowestPrice, highestPrice }: Availability) => {
  const price = (amount: number | undefined) =>
    currency === undefined || amount === undefined ? undefined : { minorUnits: BigInt(amount), currency }
  return { total, available, lowestPrice: price(lowestPrice), highestPrice: price(highestPrice) }
}

/** What a list shows of an event, the event itself as well. */
const toCommon = (view: SummaryView) => ({
  id: view.id,
  organizerId: view.organizerId,
  title: view.title,
  category: view.category,
  tags: view.tags,
  startsAt: timestamp(view.startsAt),
  endsAt: timestamp(view.endsAt),
  timeZone: view.timeZone,
  localStartsAt: localTime(view.startsAt, view.timeZone),
  localEndsAt: localTime(view.endsAt, view.timeZone),
  minimumAge: view.minimumAge,
  venue: view.venue,
  status: statuses[view.status],
  storyId: view.storyId ?? '',
  availability: view.availability && toAvailability(view.availability),
  version: view.version,
  publishedAt: timestamp(view.publishedAt),
})

export const toSummary = (view: SummaryView): MessageInitShape<typeof EventSummarySchema> => ({
  ...toCommon(view),
  distanceKm: view.distanceKm,
})

export const toEvent = (view: EventView): MessageInitShape<typeof EventSchema> => ({
  ...toCommon(view),
  description: view.description,
  organizer: view.organizer,
  cancelReason: view.cancelReason,
  ticketTypes: view.ticketTypes.map(ticketTypeMessage),
  createdAt: timestamp(view.createdAt),
  updatedAt: timestamp(view.updatedAt),
})
