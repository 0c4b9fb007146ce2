const insertSearch = (rows: string) =>
  `insert into event_search (event_id, is_open, starts_at, ends_at, category, place, document,
    inventory_version, total, available, currency, lowest_price, highest_price)
  select id, true, starts_at, starts_at + interval '2 hours', case when n % 500 = 0 then 'rare' else 'kind ' || n % 20 end,
    (select cube(array[cos(lat) * cos(lng), cos(lat) * sin(lng), sin(lat)])
     from (values (radians(45 + town / 10 + (n % 97) / 1000.0), radians(5 + town % 10 * 2 + (n % 89) / 1000.0))) p(lat, lng)),
    setweight(to_tsvector('simple', case when n % 2 = 0 then 'music ' else 'talk ' end || 'event '
      || case when n % 1000 = 0 then 'xylophone' else 'w' || n % 5000 end), 'A'),
    1, 10, n % 3, case when n % 3 > 0 then 'EUR' end, case when n % 3 > 0 then price end, case when n % 3 > 0 then price + 50 end
  from (${rows}) r`

const insertEvents = (now: string) =>
  `insert into events (id, organizer_id, title, description, category, tags, starts_at, ends_at, time_zone,
    minimum_age, venue, status, cancel_reason, ticket_types, version, created_at, updated_at, published_at)
  select event_id, gen_random_uuid(), 'An event', '', category, '{}', starts_at, ends_at, 'UTC', 0,
    '{"name": "Hall", "isOnline": false, "capacity": 10}', 'published', '',
    '[{"nameKey": "a", "currency": "EUR", "quantity": 1, "priceMinorUnits": 0}]', 2, ${now}, ${now}, ${now} from event_search`

/**
 * Statements, for one connection, that fill an empty catalog with published events: around a hundred towns, over the year
 * from `from` on; every second one has `music` in its title, every thousandth a word of its own.
 */
export const manyEvents = (count: number, from: Date): string[] => {
  const now = `timestamptz '${from.toISOString()}'`
  const rows = `select gen_random_uuid() as id, n, ${now} + (n::bigint * 7919 % 365000) * interval '86.4 seconds' as starts_at,
      n * 31 % 100 as town, (n * 17 % 1000) * 10 as price
    from generate_series(1, ${count}) n`
  return [
    'set statement_timeout = 0',
    // Rows of the search first: the order of the two does not matter once both are there.
    'set session_replication_role = replica',
    insertSearch(rows),
    insertEvents(now),
    'reset session_replication_role',
    'analyze',
  ]
}

/** A town that about a thousand of a hundred thousand are in. */
export const town = { center: { latitude: 48.05, longitude: 9.05 }, radiusKm: 30 }
