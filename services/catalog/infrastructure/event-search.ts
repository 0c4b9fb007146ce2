import {
  finiteNumber,
  placeOf,
  realValue,
  sequenceValue,
  timeValue,
  uuidValue,
} from '#shared/application/page-values.ts'
import type { Page } from '#shared/application/paged.ts'
import { invalidToken, pageOf, writtenLimit } from '#shared/application/paging.ts'
import type { Kernel } from '#shared/infrastructure/kernel.ts'
import type { EventFilter, EventOrder, EventSearch } from '../application/views.ts'
import { chordOf, cubeAround, cubeOf, kilometresOf } from './earth.ts'
import { type SummaryRow, summaryColumns, summaryOf } from './event-rows.ts'
import { searchQuery } from './search-text.ts'

/** How many of what matches, the soonest, are weighed against each other. */
const mostWeighed = 500

// Farther than that most events are near: it is quicker to look at them in their order than to gather them first.
const wideKm = 300

interface HitRow extends SummaryRow {
  key: unknown
  chord: number | null
}

class Query {
  readonly values: unknown[] = []
  readonly conditions = ['s.is_open']
  /** What must hold of the rows of a page besides. */
  within = 'true'
  readonly value = (one: unknown): string => `$${this.values.push(one)}`

  /** Adds a condition; its placeholders come from `value`. */
  where(condition: string): void {
    this.conditions.push(condition)
  }

  /** Those of the rows that meet all conditions and one more which come first by an order. */
  select(columns: string, order: string, limit: number, more = 'true'): string {
    const conditions = [...this.conditions, more].join(' and ')
    return `select ${columns} from event_search s where ${conditions} order by ${order} limit ${limit}`
  }
}

/** How far an event is from where is looked near, as a chord. */
const addNear = (query: Query, { near, order }: EventFilter): string => {
  if (!near) return 'null::float8'
  const chord = chordOf(near.radiusKm)
  const distance = `s.place <-> ${query.value(cubeOf(near.center))}::cube`
  const longest = query.value(chord)
  if (order === 'distance') {
    // Whatever is too far comes after all that is not, and would be looked for in vain.
    query.where('s.place is not null')
    query.within = `s.chord <= ${longest}`
    return distance
  }
  if (near.radiusKm <= wideKm) query.where(`s.place <@ ${query.value(cubeAround(near.center, chord))}::cube`)
  query.where(`${distance} <= ${longest}`)
  return distance
}

const addFilters = (query: Query, filter: EventFilter, now: Date): void => {
  const { category, storyId, startsAfter, startsBefore, price } = filter
  query.where(`s.ends_at > ${query.value(now)}`)
  if (category !== '') query.where(`s.category = ${query.value(category)}`)
  if (storyId !== '') query.where(`s.story_id = ${query.value(storyId)}`)
  if (startsAfter) query.where(`s.starts_at >= ${query.value(startsAfter)}`)
  if (startsBefore) query.where(`s.starts_at < ${query.value(startsBefore)}`)
  if (filter.onlyAvailable) query.where('s.available > 0')
  if (!price) return
  query.where(`s.currency = ${query.value(price.currency)}`)
  if (price.min > 0n) query.where(`s.highest_price >= ${query.value(price.min)}`)
  if (price.max !== undefined) query.where(`s.price_order <= ${query.value(price.max)}`)
}

const keyRules: Record<EventOrder, { parse: (value: unknown) => unknown; type: string }> = {
  start: { parse: timeValue, type: 'timestamptz' },
  price: { parse: sequenceValue, type: 'bigint' },
  distance: { parse: finiteNumber, type: 'float8' },
  relevance: { parse: realValue, type: 'real' },
}

/** Where the page before ended: its order, the key there, and what decides among equals. Throws INVALID_PAGE_TOKEN. */
const placeIn = (order: EventOrder, token: string) => {
  const place = placeOf(token, 4)
  if (!place) return undefined
  const [ofOrder, key, startsAt, id] = place
  if (ofOrder !== order) throw invalidToken()
  return { key: keyRules[order].parse(key), startsAt: timeValue(startsAt), id: uuidValue(id) }
}

type Place = ReturnType<typeof placeIn>

/** Of what matches, the best first. */
const byRelevance = (query: Query, distance: string, text: string, place: Place, limit: number) => {
  const hits = query.select(`s.*, ${distance} as chord`, 's.starts_at, s.event_id', mostWeighed)
  const sort = 's.key desc, s.starts_at, s.event_id'
  const key = place && query.value(place.key)
  const after = place
    ? `where s.key < ${key}::real or s.key = ${key}::real
        and (s.starts_at, s.event_id) > (${query.value(place.startsAt)}, ${query.value(place.id)})`
    : ''
  const weighed = `select s.*, ts_rank_cd(s.document, ${text}) as key from (${hits}) s`
  return { page: `select * from (${weighed}) s ${after} order by ${sort} limit ${limit}`, sort }
}

const byKey = (query: Query, distance: string, filter: EventFilter, place: Place, limit: number) => {
  const order = filter.order as Exclude<EventOrder, 'relevance'>
  const key = { start: 's.starts_at', price: 's.price_order', distance }[order]
  const sort = 's.key, s.event_id'
  if (place) {
    const { type } = keyRules[order]
    query.where(`(${key}, s.event_id) > (${query.value(place.key)}::${type}, ${query.value(place.id)}::uuid)`)
  }
  const columns = `s.*, ${key} as key, ${distance} as chord`
  const least = filter.price?.min ?? 0n
  if (order !== 'price' || least === 0n) return { page: query.select(columns, `${key}, s.event_id`, limit), sort }
  // From the cheapest on, all would be read that have nothing so dear: those that begin below are gathered first.
  const min = `${query.value(least)}::bigint`
  const above = query.select(columns, `${key}, s.event_id`, limit, `s.price_order >= ${min}`)
  const across = query.select(columns, `${key} + 0, s.event_id`, limit, `s.prices @> ${min} and s.price_order < ${min}`)
  return { page: `select * from ((${above}) union all (${across})) s order by ${sort} limit ${limit}`, sort }
}

/** The query of one page; its text is the same for every page of a shape, so that it stays prepared. */
const pageQuery = (filter: EventFilter, now: Date, { size, token }: Page): [string, unknown[]] => {
  const query = new Query()
  const { order } = filter
  const place = placeIn(order, token)
  addFilters(query, filter, now)
  const distance = addNear(query, filter)
  const text = filter.text === '' ? '' : searchQuery(filter.text, query.value)
  if (text !== '') query.where(`s.document @@ ${text}`)
  const limit = writtenLimit(size + 1)
  const { page, sort } =
    order === 'relevance'
      ? byRelevance(query, distance, text, place, limit)
      : byKey(query, distance, filter, place, limit)
  return [
    `select ${summaryColumns}, s.key, s.chord from (${page}) s join events e on e.id = s.event_id
     where ${query.within} order by ${sort}`,
    query.values,
  ]
}

/** The search for events, from Postgres. */
export const eventSearch = ({ database }: Pick<Kernel, 'database'>): EventSearch => ({
  search: async (filter, now, page) => {
    const [text, values] = pageQuery(filter, now, page)
    const rows = await database.sql<HitRow>(text, ...values)
    const keysOf = ({ key, startsAt, id }: HitRow) => [filter.order, key, startsAt, id]
    const { items, nextPageToken } = pageOf(rows, page.size, keysOf)
    const hitOf = ({ chord, ...row }: HitRow) => ({
      ...summaryOf(row as SummaryRow),
      distanceKm: chord === null ? undefined : kilometresOf(chord),
    })
    return { items: items.map(hitOf), nextPageToken }
  },
})
