import type { Migration } from '#shared/infrastructure/migrate.ts'
import { waiting } from './waiting-migration.ts'

/** The schema of inventory's database. */
export const migrations: readonly Migration[] = [
  {
    name: '0001-inventory',
    up: [
      `create table inventories (
        id uuid constraint inventories_once primary key,
        organizer_id uuid,
        capacity integer not null check (capacity >= 0),
        ticket_total integer not null check (ticket_total >= 0),
        currency text not null check (currency ~ '^([A-Z]{3})?$'),
        starts_at timestamptz(3) not null,
        ends_at timestamptz(3) not null,
        is_closed boolean not null,
        event_version integer not null,
        told_version bigint not null,
        is_told_sold_out boolean not null,
        revision integer not null default 1,
        constraint inventories_within_capacity check (capacity = 0 or ticket_total <= capacity)
      )`,
      'create index inventories_of_organizer on inventories (organizer_id) where organizer_id is not null',
      `create table ticket_types (
        id uuid primary key,
        event_id uuid not null references inventories,
        name text not null,
        name_key text not null check (name_key <> ''),
        description text not null,
        price integer not null check (price >= 0),
        sale_starts_at timestamptz(3),
        sale_ends_at timestamptz(3),
        per_order_limit integer not null check (per_order_limit > 0),
        revision integer not null default 1,
        constraint ticket_types_name unique (event_id, name_key)
      )`,
      // Hot rows, as narrow as can be: changed by guards, never mapped. No index but the key's, and room beside them, so
      // that a change touches no index.
      `create table ticket_counts (
        id uuid primary key references ticket_types,
        total integer not null,
        available integer not null check (available >= 0),
        held integer not null check (held >= 0),
        committed integer not null check (committed >= 0),
        version bigint not null,
        constraint ticket_counts_add_up check (held + committed + available = total)
      ) with (fillfactor = 40)`,
      // Refers to nothing: a foreign key would have all who buy at once lock their event's row.
      `create table holds (
        id uuid constraint holds_once primary key,
        event_id uuid,
        user_id uuid,
        items jsonb not null check (jsonb_typeof(items) = 'array'),
        status text not null check (status in ('HELD', 'COMMITTED', 'LAPSED', 'RELEASED')),
        expires_at timestamptz(3),
        changed_at timestamptz(3) not null,
        revision integer not null default 1,
        constraint holds_of_something check (status = 'RELEASED'
          or event_id is not null and expires_at is not null and jsonb_array_length(items) > 0)
      )`,
      `create index holds_lapsing on holds (expires_at, event_id) where status = 'HELD'`,
      'create index holds_of_user on holds (user_id) where user_id is not null',
      `create index holds_old on holds (changed_at) where status in ('LAPSED', 'RELEASED')`,
      // A row for each change, so that nobody waits for another; gone once it is told.
      `create table untold (
        event_id uuid not null,
        mark bigint generated always as identity,
        primary key (event_id, mark)
      )`,
    ],
  },
  {
    name: '0002-returned-tickets',
    up: [
      `alter table holds drop constraint holds_status_check,
         add constraint holds_status_check check (status in ('HELD', 'COMMITTED', 'LAPSED', 'RELEASED', 'RETURNED'))`,
      'drop index holds_old',
      `create index holds_old on holds (changed_at) where status in ('LAPSED', 'RELEASED', 'RETURNED')`,
    ],
  },
  waiting,
]
