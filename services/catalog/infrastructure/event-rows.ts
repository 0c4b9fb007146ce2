import type { Availability, EventView, SummaryView } from '../application/views.ts'

const summary = `e.id, e.organizer_id as "organizerId", e.title, e.category, e.tags, e.starts_at as "startsAt",
  e.ends_at as "endsAt", e.time_zone as "timeZone", e.minimum_age as "minimumAge", e.venue, e.status,
  e.story_id as "storyId", e.version, e.published_at as "publishedAt"`

export const availabilityColumns = `s.inventory_version as "inventoryVersion", s.total, s.available, s.currency,
  s.lowest_price as "lowestPrice", s.highest_price as "highestPrice"`

/** The columns of an event `e` and its row `s` of the search, as lists show it. */
export const summaryColumns = `${summary}, ${availabilityColumns}`

/** All of them. */
export const eventColumns = `${summaryColumns}, e.description, e.organizer, e.cancel_reason as "cancelReason",
  e.ticket_types as "ticketTypes", e.created_at as "createdAt", e.updated_at as "updatedAt"`

/** What Postgres has no value for is null. */
type Nullable<T> = { [Key in keyof T]: undefined extends T[Key] ? Exclude<T[Key], undefined> | null : T[Key] }

export interface AvailabilityRow extends Nullable<Availability> {
  [column: string]: unknown
  inventoryVersion: number | null
}

export type SummaryRow = Nullable<Omit<SummaryView, 'availability' | 'distanceKm'>> & AvailabilityRow
export type EventRow = Nullable<Omit<EventView, 'availability'>> & AvailabilityRow

/** Undefined before inventory was heard of. */
export const availabilityOf = (row: AvailabilityRow): Availability | undefined =>
  row.inventoryVersion === null
    ? undefined
    : {
        total: row.total,
        available: row.available,
        currency: row.currency ?? undefined,
        lowestPrice: row.lowestPrice ?? undefined,
        highestPrice: row.highestPrice ?? undefined,
      }

export const summaryOf = (row: SummaryRow): SummaryView => ({
  id: row.id,
  organizerId: row.organizerId,
  title: row.title,
  category: row.category,
  tags: row.tags,
  startsAt: row.startsAt,
  endsAt: row.endsAt,
  timeZone: row.timeZone,
  minimumAge: row.minimumAge,
  venue: row.venue,
  status: row.status,
  storyId: row.storyId ?? undefined,
  version: row.version,
  publishedAt: row.publishedAt ?? undefined,
  availability: availabilityOf(row),
})

export const eventOf = (row: EventRow): EventView => ({
  ...summaryOf(row),
  description: row.description,
  organizer: row.organizer ?? undefined,
  cancelReason: row.cancelReason,
  ticketTypes: row.ticketTypes,
  createdAt: row.createdAt,
  updatedAt: row.updatedAt,
})
