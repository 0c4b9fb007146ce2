import { placeOf, timeValue, uuidValue } from '#shared/application/page-values.ts'
import { pageOf, writtenLimit } from '#shared/application/paging.ts'
import type { Kernel } from '#shared/infrastructure/kernel.ts'
import type { EventReads } from '../application/views.ts'
import { eventNotFound, isVisible } from '../domain/event-state.ts'
import {
  type AvailabilityRow,
  availabilityColumns,
  availabilityOf,
  type EventRow,
  eventColumns,
  eventOf,
  type SummaryRow,
  summaryColumns,
  summaryOf,
} from './event-rows.ts'

const tables = `events e left join event_search s on s.event_id = e.id`
const byId = `select ${eventColumns} from ${tables} where e.id = $1`
const availability = `select ${availabilityColumns} from event_search s where s.event_id = $1`

/** What single events, and an organiser's own, look like, from Postgres. */
export const eventReads = ({ database }: Pick<Kernel, 'database'>): EventReads => ({
  view: async (id, viewer) => {
    const [row] = await database.look<EventRow>(byId, id)
    const event = row && eventOf(row)
    if (!event || !isVisible(event, viewer)) throw eventNotFound()
    return event
  },
  ofEvent: async (event) => {
    const [row] = event.publishedAt ? await database.look<AvailabilityRow>(availability, event.id) : []
    return { ...event, availability: row && availabilityOf(row) }
  },
  ofOrganizer: async (organizerId, status, { size, token }) => {
    const values: unknown[] = [organizerId]
    const value = (one: unknown) => `$${values.push(one)}`
    const conditions = ['e.organizer_id = $1']
    if (status !== undefined) conditions.push(`e.status = ${value(status)}`)
    const after = placeOf(token, 2)
    if (after) conditions.push(`(e.starts_at, e.id) < (${value(timeValue(after[0]))}, ${value(uuidValue(after[1]))})`)
    const rows = await database.sql<SummaryRow>(
      `select ${summaryColumns} from ${tables} where ${conditions.join(' and ')}
       order by e.starts_at desc, e.id desc limit ${writtenLimit(size + 1)}`,
      ...values,
    )
    const { items, nextPageToken } = pageOf(rows, size, (last) => [last.startsAt, last.id])
    return { items: items.map(summaryOf), nextPageToken }
  },
})
