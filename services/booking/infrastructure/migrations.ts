import type { Migration } from '#shared/infrastructure/migrate.ts'

/** The schema of booking's database. */
export const migrations: readonly Migration[] = [
  {
    name: '0001-booking',
    up: [
      // What reservations look like; their streams are their state. The checks are their rules: paid means confirmed,
      // and what ended unconfirmed, or not any more, owes back what was paid.
      `create table reservations (
        id uuid primary key,
        user_id uuid,
        event_id uuid not null,
        items jsonb not null check (jsonb_typeof(items) = 'array' and jsonb_array_length(items) > 0),
        total bigint not null check (total >= 0),
        currency text not null,
        status text not null check (status in ('PENDING', 'CONFIRMED', 'CANCELLED', 'EXPIRED')),
        payment_status text not null check (payment_status in ('UNSPECIFIED', 'PROCESSING', 'REQUIRES_ACTION', 'UNKNOWN',
          'FAILED', 'PAID', 'REFUNDING', 'REFUNDED', 'REFUND_FAILED', 'REFUND_GIVEN_UP')),
        payment_id uuid,
        payment_reason text not null,
        cancel_reason text check (cancel_reason in ('BUYER', 'EVENT_CANCELLED', 'ACCOUNT_DELETED', 'REFUNDED')),
        expires_at timestamptz(3) not null,
        created_at timestamptz(3) not null,
        changed_at timestamptz(3) not null,
        version integer not null,
        constraint reservations_paid_are_confirmed check ((payment_status = 'PAID') = (status = 'CONFIRMED' and total > 0)),
        constraint reservations_refunded_have_ended check (status in ('CANCELLED', 'EXPIRED')
          or payment_status not in ('REFUNDING', 'REFUNDED', 'REFUND_FAILED', 'REFUND_GIVEN_UP')),
        constraint reservations_ended_are_settled check (status = 'PENDING'
          or payment_status not in ('PROCESSING', 'REQUIRES_ACTION', 'UNKNOWN'))
      )`,
      'create index reservations_of_user on reservations (user_id, created_at desc, id desc) where user_id is not null',
      `create index reservations_of_event on reservations (event_id) where status in ('PENDING', 'CONFIRMED')
        and cancel_reason is null`,
      `create index reservations_owed on reservations (changed_at, id)
        where payment_status in ('REFUND_FAILED', 'REFUND_GIVEN_UP')`,
      `create table tickets (
        id uuid primary key,
        reservation_id uuid not null references reservations,
        event_id uuid not null,
        holder_id uuid,
        ticket_type_id uuid not null,
        name text not null,
        status text not null check (status in ('VALID', 'USED', 'REFUNDED', 'TRANSFERRED')),
        used_at timestamptz(3),
        gate text not null,
        created_at timestamptz(3) not null,
        revision integer not null default 1,
        constraint tickets_used_once check (status <> 'USED' or used_at is not null)
      )`,
      'create index tickets_of_reservation on tickets (reservation_id)',
      'create index tickets_of_holder on tickets (holder_id, created_at desc, id desc) where holder_id is not null',
      // As far as was heard of them.
      `create table events (
        id uuid primary key,
        organizer_id uuid,
        starts_at timestamptz(3),
        is_cancelled boolean not null
      )`,
      'create index events_of_organizer on events (organizer_id) where organizer_id is not null',
      'create index events_cancelled on events (id) where is_cancelled',
      'create table ticket_keys (id text primary key, public_key bytea not null check (length(public_key) = 32))',
    ],
  },
  {
    name: '0002-said-of-events',
    // Empty for what was heard before.
    up: [
      `alter table events add column title text not null default '', add column time_zone text not null default '',
        add column cancel_reason text not null default ''`,
    ],
  },
]
