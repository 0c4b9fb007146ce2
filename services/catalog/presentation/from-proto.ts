import type { Timestamp } from '@bufbuild/protobuf/wkt'
import {
  type CreateEventRequest,
  EventOrder,
  type OrganizerInput,
  type SearchEventsRequest,
  type TicketTypeInput as TicketTypeFields,
  type UpdateEventRequest,
  type UpdateTicketTypeRequest,
  type VenueInput,
} from '#gen/troupe/catalog/v1/catalog_service_pb.ts'
import { dateOf } from '#shared/domain/timestamp.ts'
import type { EventFilter } from '../application/views.ts'
import type { DetailsChange, EventDetails, Organizer } from '../domain/event-details.ts'
import type { TicketTypeChange, TicketTypeInput } from '../domain/ticket-type.ts'
import type { Venue } from '../domain/venue.ts'

const orders: Partial<Record<EventOrder, EventFilter['order']>> = {
  [EventOrder.START]: 'start',
  [EventOrder.DISTANCE]: 'distance',
  [EventOrder.PRICE]: 'price',
}

const fromVenue = ({ name, isOnline, address, coordinates, capacity }: VenueInput): Venue => ({
  name,
  isOnline,
  address,
  coordinates,
  capacity,
})

const fromOrganizer = ({ name, email, phone, website, credentials }: OrganizerInput): Organizer => ({
  name,
  email,
  phone,
  website,
  credentials,
})

const milliseconds = (time: Timestamp | undefined): number | undefined => dateOf(time)?.getTime()

export const fromTicketType = (input: TicketTypeFields): TicketTypeInput => ({
  name: input.name,
  description: input.description,
  priceMinorUnits: Number(input.priceMinorUnits),
  currency: input.currency,
  quantity: input.quantity,
  saleStartsAt: milliseconds(input.saleStartsAt),
  saleEndsAt: milliseconds(input.saleEndsAt),
  perOrderLimit: input.perOrderLimit,
})

export const fromTicketTypeChange = (request: UpdateTicketTypeRequest): TicketTypeChange => ({
  name: request.name,
  description: request.description,
  priceMinorUnits: request.priceMinorUnits === undefined ? undefined : Number(request.priceMinorUnits),
  quantity: request.quantity,
  saleStartsAt: milliseconds(request.saleStartsAt),
  saleEndsAt: milliseconds(request.saleEndsAt),
  perOrderLimit: request.perOrderLimit,
})

/** What is said of an event, as far as it is said. */
export const fromChange = (request: UpdateEventRequest): DetailsChange => ({
  title: request.title,
  description: request.description,
  category: request.category,
  tags: request.tags?.tags,
  startsAt: dateOf(request.startsAt),
  endsAt: dateOf(request.endsAt),
  timeZone: request.timeZone,
  minimumAge: request.minimumAge,
  venue: request.venue && fromVenue(request.venue),
  organizer: request.organizer && fromOrganizer(request.organizer),
  storyId: request.storyId,
})

/** The contract requires times and a venue. */
export const fromDetails = (request: CreateEventRequest): EventDetails => ({
  title: request.title,
  description: request.description,
  category: request.category,
  tags: request.tags,
  startsAt: dateOf(request.startsAt) as Date,
  endsAt: dateOf(request.endsAt) as Date,
  timeZone: request.timeZone,
  minimumAge: request.minimumAge,
  venue: fromVenue(request.venue as VenueInput),
  organizer: request.organizer && fromOrganizer(request.organizer),
  storyId: request.storyId,
})

export const fromSearch = ({ near, price, ...request }: SearchEventsRequest): EventFilter => ({
  text: request.text,
  category: request.category,
  near: near?.center && { center: near.center, radiusKm: near.radiusKm },
  startsAfter: dateOf(request.startsAfter),
  startsBefore: dateOf(request.startsBefore),
  price: price && { currency: price.currency, min: price.minMinorUnits, max: price.maxMinorUnits },
  onlyAvailable: request.onlyAvailable,
  storyId: request.storyId,
  order: orders[request.order] ?? 'relevance',
})
