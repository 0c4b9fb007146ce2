import type { Migration } from '#shared/infrastructure/migrate.ts'

/** Events, and who has left of those who held some. */
export const events: Migration = {
  name: '0001-events',
  up: [
    `create function are_ticket_types(types jsonb) returns boolean language sql immutable as $$
      select count(*) <= 50 and count(*) = count(distinct t ->> 'nameKey') and count(distinct t ->> 'currency') <= 1
        and coalesce(bool_and((t ->> 'quantity')::integer > 0 and (t ->> 'priceMinorUnits')::bigint >= 0), true)
      from jsonb_array_elements(types) t
    $$`,
    `create function ticket_total(types jsonb) returns bigint language sql immutable as $$
      select coalesce(sum((t ->> 'quantity')::bigint), 0) from jsonb_array_elements(types) t
    $$`,
    `create table events (
      id uuid primary key,
      organizer_id uuid not null,
      title text not null constraint events_title check (char_length(title) between 3 and 200),
      description text not null,
      category text not null constraint events_category check (category <> ''),
      tags text[] not null,
      starts_at timestamptz not null,
      ends_at timestamptz not null,
      time_zone text not null,
      minimum_age integer not null constraint events_minimum_age check (minimum_age between 0 and 99),
      venue jsonb not null constraint events_venue check (
        (venue ->> 'capacity')::integer >= case when (venue ->> 'isOnline')::boolean then 0 else 1 end
      ),
      organizer jsonb,
      status text not null constraint events_status
        check (status in ('draft', 'published', 'cancelled', 'completed')),
      cancel_reason text not null,
      story_id uuid,
      ticket_types jsonb not null constraint events_ticket_types check (are_ticket_types(ticket_types)),
      version integer not null constraint events_version check (version > 0),
      created_at timestamptz not null,
      updated_at timestamptz not null,
      published_at timestamptz,
      revision integer not null default 1,
      constraint events_length check (ends_at > starts_at and ends_at - starts_at <= interval '31 days'),
      constraint events_cancelled check ((status = 'cancelled') = (cancel_reason <> '')),
      constraint events_published check (
        status = 'cancelled' or (status = 'draft') = (published_at is null)
      ),
      constraint events_on_sale check (
        published_at is null or jsonb_array_length(ticket_types) > 0
          and ((venue ->> 'isOnline')::boolean and (venue ->> 'capacity')::integer = 0
            or ticket_total(ticket_types) <= (venue ->> 'capacity')::integer)
      )
    )`,
    `create index events_organizer on events (organizer_id, starts_at desc, id desc)`,
    `create index events_organizer_status on events (organizer_id, status, starts_at desc, id desc)`,
    `create table organizers (
      id uuid primary key,
      has_created boolean not null,
      has_left boolean not null,
      constraint organizers_present check (not (has_created and has_left))
    )`,
  ],
}
