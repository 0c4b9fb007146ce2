import type { Migration } from '#shared/infrastructure/migrate.ts'

const queue = [
  `create table waiting_rooms (
    id uuid constraint waiting_rooms_once primary key references inventories,
    opens_at timestamptz(3) not null,
    closes_at timestamptz(3),
    admit_per_minute integer not null check (admit_per_minute > 0),
    turn_ms integer not null check (turn_ms > 0),
    admitted bigint not null check (admitted >= 0),
    due_at timestamptz(3) not null,
    is_paused boolean not null,
    revision integer not null default 1,
    constraint waiting_rooms_open_first check (closes_at >= opens_at)
  )`,
  // Those that are not closed: few, however many there have been.
  `create index waiting_rooms_live on waiting_rooms (coalesce(closes_at, 'infinity'::timestamptz))`,
  // Apart, since everybody who joins changes it, and only who lets in changes the room.
  `create table queue_counts (
    event_id uuid primary key,
    joined bigint not null check (joined >= 0)
  ) with (fillfactor = 40)`,
  `create table queue_places (
    event_id uuid not null,
    user_id uuid not null,
    position bigint not null check (position > 0),
    joined_at timestamptz(3) not null,
    reservation_id uuid,
    primary key (event_id, user_id),
    constraint queue_places_in_order unique (event_id, position)
  )`,
  'create index queue_places_of_user on queue_places (user_id)',
  'create index queue_places_old on queue_places (joined_at)',
  `create table queue_waves (
    event_id uuid not null,
    after bigint not null,
    up_to bigint not null,
    at timestamptz(3) not null,
    until timestamptz(3) not null,
    primary key (event_id, up_to),
    constraint queue_waves_in_order unique (event_id, after),
    constraint queue_waves_of_somebody check (after >= 0 and up_to > after and until > at)
  )`,
  'create index queue_waves_running on queue_waves (event_id, until)',
  'create index queue_waves_old on queue_waves (until)',
  // Positions are given under the lock of their count, so that they are dense and in the order of the commits. Whoever
  // has another place than known keeps it, and the number is given back.
  `create function join_queue(event uuid, person uuid, known bigint, at timestamptz) returns bigint
   language plpgsql as $$
   declare place bigint;
   begin
     insert into queue_counts as c (event_id, joined) values (event, 1)
       on conflict (event_id) do update set joined = c.joined + 1 returning joined into place;
     insert into queue_places as p (event_id, user_id, position, joined_at) values (event, person, place, at)
       on conflict (event_id, user_id) do update set position = place, joined_at = at, reservation_id = null
         where p.position = known;
     if not found then
       update queue_counts set joined = joined - 1 where event_id = event;
       return null;
     end if;
     return place;
   end $$`,
]

const list = [
  `create table waiting_list (
    id uuid primary key,
    event_id uuid not null,
    user_id uuid not null,
    ticket_type_ids jsonb not null check (jsonb_typeof(ticket_type_ids) = 'array'),
    party_size integer not null check (party_size > 0),
    accepts_fewer boolean not null,
    status text not null check (status in ('WAITING', 'OFFERED', 'CLAIMED', 'RESERVED', 'LAPSED', 'LEFT')),
    offered_type_id uuid,
    offered_quantity integer,
    offer_expires_at timestamptz(3),
    joined_at timestamptz(3) not null,
    changed_at timestamptz(3) not null,
    revision integer not null default 1,
    constraint waiting_list_offers_whole check (num_nonnulls(offered_type_id, offered_quantity, offer_expires_at)
      = any (case when status = 'WAITING' then '{0}' when status = 'LEFT' then '{0,3}' else '{3}' end::integer[])),
    constraint waiting_list_offers_fit check (offered_quantity between 1 and party_size
      and (accepts_fewer or offered_quantity = party_size))
  )`,
  `create unique index waiting_list_once on waiting_list (event_id, user_id)
    where status in ('WAITING', 'OFFERED', 'CLAIMED')`,
  'create index waiting_list_of_user on waiting_list (user_id, joined_at desc, id desc)',
  `create index waiting_list_lapsing on waiting_list (offer_expires_at, event_id) where status in ('OFFERED', 'CLAIMED')`,
  'create index waiting_list_old on waiting_list (changed_at)',
  // What those who wait want, a row for each type that will do; gone once they wait no more. The place is the order.
  `create table waiting_wants (
    entry_id uuid not null references waiting_list on delete cascade,
    ticket_type_id uuid not null,
    party_size integer not null,
    accepts_fewer boolean not null,
    place bigint generated always as identity,
    primary key (entry_id, ticket_type_id)
  )`,
  'create index waiting_wants_whole on waiting_wants (ticket_type_id, party_size, place)',
  'create index waiting_wants_part on waiting_wants (ticket_type_id, place) where accepts_fewer',
]

/** What waiting rooms and waiting lists are kept in. */
export const waiting: Migration = { name: '0003-waiting', up: [...queue, ...list] }
