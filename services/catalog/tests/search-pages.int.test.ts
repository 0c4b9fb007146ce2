import { afterAll, beforeAll, expect, it } from 'vitest'
import { measurePages } from '../../shared/tests/measured-pages.ts'
import type { EventFilter } from '../application/views.ts'
import { eventSearch } from '../infrastructure/event-search.ts'
import { everything, openCatalog, type TestCatalog } from './catalog-fixture.ts'
import { dayMs, inDays, testNow } from './event-samples.ts'

const count = 100_000
let own: TestCatalog
let pagesOfTable: number

// Around a hundred towns, over a year; every second one has `music` in its title, every thousandth a word of its own.
const rows = `select gen_random_uuid() as id, n, $1::timestamptz + (n * 7919 % 365000) * interval '86.4 seconds' as starts_at,
    n * 31 % 100 as town, (n * 17 % 1000) * 10 as price
  from generate_series(1, ${count}) n`

const insertEvents = `insert into events (id, organizer_id, title, description, category, tags, starts_at, ends_at, time_zone,
    minimum_age, venue, status, cancel_reason, ticket_types, version, created_at, updated_at, published_at)
  select event_id, gen_random_uuid(), 'An event', '', category, '{}', starts_at, ends_at, 'UTC', 0,
    '{"name": "Hall", "isOnline": false, "capacity": 10}', 'published', '',
    '[{"nameKey": "a", "currency": "EUR", "quantity": 1, "priceMinorUnits": 0}]', 2, $1, $1, $1 from event_search`

const insertSearch = `insert into event_search (event_id, is_open, starts_at, ends_at, category, place, document,
    inventory_version, total, available, currency, lowest_price, highest_price)
  select id, true, starts_at, starts_at + interval '2 hours', case when n % 500 = 0 then 'rare' else 'kind ' || n % 20 end,
    (select cube(array[cos(lat) * cos(lng), cos(lat) * sin(lng), sin(lat)])
     from (values (radians(45 + town / 10 + (n % 97) / 1000.0), radians(5 + town % 10 * 2 + (n % 89) / 1000.0))) p(lat, lng)),
    setweight(to_tsvector('simple', case when n % 2 = 0 then 'music ' else 'talk ' end || 'event '
      || case when n % 1000 = 0 then 'xylophone' else 'w' || n % 5000 end), 'A'),
    1, 10, n % 3, case when n % 3 > 0 then 'EUR' end, case when n % 3 > 0 then price end, case when n % 3 > 0 then price + 50 end
  from (${rows}) r`

beforeAll(async () => {
  own = await openCatalog('catalog_pages')
  const client = await own.database.pool.connect()
  try {
    await client.query('set statement_timeout = 0')
    // Rows of the search first: the order of the two does not matter once both are there.
    await client.query('set session_replication_role = replica')
    await client.query(insertSearch, [testNow])
    await client.query(insertEvents, [testNow])
    await client.query('reset session_replication_role')
    await client.query('analyze')
  } finally {
    client.release(true)
  }
  const [size] = await own.database.sql<{ pages: number }>(`select pg_relation_size('event_search') / 8192 as pages`)
  pagesOfTable = size?.pages ?? 0
}, 900_000)

afterAll(() => own.close())

const town = { center: { latitude: 48.05, longitude: 9.05 }, radiusKm: 30 }
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
