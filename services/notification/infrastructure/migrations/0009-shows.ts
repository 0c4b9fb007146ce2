import type { Migration } from '#shared/infrastructure/migrate.ts'

export const shows: Migration = {
  name: '0009-shows',
  up: [
    // What people have tickets for, as catalog last told.
    `create table shows (
        id uuid primary key,
        title text not null,
        starts_at timestamptz(3) not null,
        time_zone text not null,
        start_version integer not null,
        remind_at timestamptz(3) not null,
        is_cancelled boolean not null default false,
        is_reminded boolean not null default false,
        claimed_until timestamptz not null default '-infinity',
        correlation_id text not null,
        causation_id text not null
      )`,
    'create index shows_by_start on shows (starts_at)',
    // Whose they are, as booking last told.
    `create table holders (
        reservation_id uuid primary key,
        show_id uuid not null,
        user_id uuid not null,
        since timestamptz(3) not null,
        expected_at timestamptz(3) not null
      )`,
    'create index holders_of_show on holders (show_id, user_id, reservation_id)',
    'create index holders_of_user on holders (user_id)',
    'create index holders_over on holders (expected_at)',
  ],
}
