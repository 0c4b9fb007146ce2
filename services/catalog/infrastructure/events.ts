import type { Kernel } from '#shared/infrastructure/kernel.ts'
import { Event } from '../domain/event.ts'
import { eventNotFound } from '../domain/event-state.ts'
import type { Events } from '../domain/ports.ts'
import { cubeOf } from './earth.ts'
import { foldedText } from './search-text.ts'

const weighed = ['A', 'B', 'C', 'D'].map(
  (weight, index) => `setweight(to_tsvector('simple', $${index + 8}::text), '${weight}')`,
)

const show = `insert into event_search (event_id, is_open, starts_at, ends_at, category, story_id, place, document)
  values ($1, $2, $3, $4, $5, $6, $7::cube, ${weighed.join(' || ')})
  on conflict (event_id) do update set is_open = excluded.is_open, starts_at = excluded.starts_at,
    ends_at = excluded.ends_at, category = excluded.category, story_id = excluded.story_id, place = excluded.place,
    document = excluded.document`

// Also where it changes nothing, it locks the row: who leaves waits for those who begin something, and the other way round.
const create = `insert into organizers (id, has_created, has_left) values ($1, true, false)
  on conflict (id) do update set has_created = true where not organizers.has_created`

const leave = `insert into organizers (id, has_created, has_left) values ($1, false, true)
  on conflict (id) do update set has_created = false, has_left = true`

const unsettled = `organizer_id = $1 and (status in ('draft', 'published') or organizer is not null) order by id limit $2`

const textsOf = ({ title, category, tags, venue, description }: Event): string[] =>
  [title, [category, ...tags].join(' '), [venue.name, venue.address?.city].join(' '), description].map(foldedText)

/** The events in Postgres, within the unit of work being run. */
export const eventRepository = ({ unit }: Pick<Kernel, 'unit'>): Events => {
  const find: Events['find'] = (id) => unit().find(Event, id)
  return {
    find,
    getOwn: async (organizerId, id) => {
      const event = await find(id)
      if (!event) throw eventNotFound()
      event.mustBelongTo(organizerId)
      return event
    },
    add: (event) => {
      unit().write({ sql: create, parameters: [event.organizerId] })
      unit().add(event)
    },
    save: (event) => {
      if (!event.publishedAt) return
      const { id, status, startsAt, endsAt, category, storyId = null, venue } = event
      const place = venue.coordinates ? cubeOf(venue.coordinates) : null
      const facts = [id, status === 'published', startsAt, endsAt, category, storyId, place]
      unit().write({ sql: show, parameters: [...facts, ...textsOf(event)] })
    },
    remove: (event) => unit().remove(event),
    leave: (organizerId) => unit().write({ sql: leave, parameters: [organizerId] }),
    unsettled: (organizerId, limit) => unit().select(Event, unsettled, organizerId, limit),
  }
}
