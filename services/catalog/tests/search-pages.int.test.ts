import { afterAll, beforeAll, expect, it } from 'vitest'
import { measurePages } from '../../shared/tests/measured-pages.ts'
import type { EventFilter } from '../application/views.ts'
import { eventSearch } from '../infrastructure/event-search.ts'
import { everything, openCatalog, type TestCatalog } from './catalog-fixture.ts'
import { dayMs, inDays, testNow } from './event-samples.ts'
import { manyEvents, town } from './many-events.ts'

const count = 100_000
let own: TestCatalog
let pagesOfTable: number

beforeAll(async () => {
  own = await openCatalog('catalog_pages')
  const client = await own.database.pool.connect()
  try {
    // What is there only to be read need not be logged.
    for (const table of ['event_search', 'events']) await client.query(`alter table ${table} set unlogged`)
    const { rows: indexes } = await client.query<{ name: string; definition: string }>(
      `select indexname as name, indexdef as definition from pg_indexes
       where tablename in ('event_search', 'events') and indexname not in (select conname from pg_constraint)`,
    )
    for (const { name } of indexes) await client.query(`drop index ${name}`)
    const statements = manyEvents(count, testNow)
    const looks = statements.pop() ?? ''
    for (const statement of statements) await client.query(statement)
    // Over all rows at once they are made in less time than row by row.
    for (const { definition } of indexes) await client.query(definition)
    await client.query(looks)
  } finally {
    client.release(true)
  }
  const [size] = await own.database.sql<{ pages: number }>(`select pg_relation_size('event_search') / 8192 as pages`)
  pagesOfTable = size?.pages ?? 0
}, 900_000)

afterAll(() => own.close())

const searches: [string, Partial<EventFilter>, number][] = [
  ['everything, soonest first', {}, 200],
  ['one kind', { category: 'kind 7' }, 200],
  ['a rare kind', { category: 'rare' }, 200],
  ['a month', { startsAfter: inDays(200), startsBefore: inDays(230) }, 200],
  ['a rare word', { text: 'xylophone' }, 600],
  ['a word that half of them have', { text: 'music' }, 1300],
  ['the beginning of a rare word', { text: 'xylo' }, 600],
  ['a word that nobody says', { text: 'hippopotamus' }, 50],
  ['a frequent word, soonest first', { text: 'music', order: 'start' }, 200],
  ['a town, nearest first', { near: town, order: 'distance' }, 400],
  ['everywhere, nearest first', { near: { ...town, radiusKm: 20_000 }, order: 'distance' }, 400],
  ['everywhere, soonest first', { near: { ...town, radiusKm: 20_000 }, order: 'start' }, 200],
  ['cheapest first', { order: 'price' }, 200],
  ['dear ones', { price: { currency: 'EUR', min: 9500n, max: undefined }, order: 'price' }, 900],
  ['neither dear nor cheap ones', { price: { currency: 'EUR', min: 5000n, max: 6000n }, order: 'price' }, 900],
  ['what is left', { onlyAvailable: true }, 200],
]

it.each(searches)(
  '%s is found among a hundred thousand without reading them',
  async (name, filter, most) => {
    const order = filter.order ?? (filter.text ? 'relevance' : 'start')
    let next = ''
    const page = (token: string) =>
      measurePages(own.database, async (database) => {
        const asked = { ...everything, ...filter, order }
        const { items, nextPageToken } = await eventSearch({ database }).search(asked, testNow, { size: 20, token })
        expect(items.length).toBe(name.includes('nobody') ? 0 : 20)
        next = nextPageToken
      })
    const first = await page('')
    expect(first).toBeLessThan(most)
    expect(first).toBeLessThan(pagesOfTable / 2)
    if (next !== '') expect(await page(next)).toBeLessThan(most)
  },
  120_000,
)

it('what is in a town is found by reading what is there', async () => {
  const ask = { ...everything, near: town, order: 'start' as const }
  const pages = await measurePages(own.database, (database) =>
    eventSearch({ database }).search(ask, new Date(testNow.getTime() + dayMs), { size: 20, token: '' }),
  )
  expect(pages).toBeLessThan(1500)
}, 120_000)
