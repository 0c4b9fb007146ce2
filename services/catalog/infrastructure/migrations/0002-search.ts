import type { Migration } from '#shared/infrastructure/migrate.ts'

/** What published events are found by, and what is left of their tickets. */
export const search: Migration = {
  name: '0002-search',
  up: [
    `create extension if not exists cube`,
    // A place is a point of the unit sphere. Who has nothing left comes after all prices.
    `create table event_search (
      event_id uuid primary key references events on delete cascade,
      is_open boolean not null,
      starts_at timestamptz not null,
      ends_at timestamptz not null,
      category text not null,
      story_id uuid,
      place cube,
      document tsvector not null,
      inventory_version bigint,
      total integer constraint event_search_total check (total >= 0),
      available integer constraint event_search_available check (available between 0 and total),
      currency text,
      lowest_price bigint,
      highest_price bigint,
      price_order bigint not null generated always as (coalesce(lowest_price, 9007199254740991)) stored,
      prices int8range generated always as
        (case when lowest_price is not null then int8range(lowest_price, highest_price, '[]') end) stored,
      constraint event_search_prices check (
        (lowest_price is null) = (currency is null) and (highest_price is null) = (currency is null)
          and lowest_price <= highest_price
      )
    ) with (fillfactor = 90)`,
    ...[
      ['start', '(starts_at, event_id)'],
      ['category', '(category, starts_at, event_id)'],
      ['story', '(story_id, starts_at, event_id)'],
      ['price', '(price_order, event_id)'],
      ['currency', '(currency, price_order, event_id)'],
      ['prices', 'using gist (prices)'],
      ['place', 'using gist (place)'],
      // What waits to be sorted in would be looked through by every search.
      ['document', 'using gin (document) with (fastupdate = off)'],
    ].map(([name, columns]) => `create index event_search_${name} on event_search ${columns} where is_open`),
  ],
}
