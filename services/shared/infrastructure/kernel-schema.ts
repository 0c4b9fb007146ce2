const firstTables = [
  `create extension if not exists citext`,
  // The audit trail. Never pruned: the relay works off the outbox beside it.
  `create table event_store (
    position bigint generated always as identity primary key,
    id uuid not null unique,
    stream_id text not null,
    stream_type text not null,
    event_type text not null,
    event_data jsonb not null,
    event_metadata jsonb not null,
    event_version integer not null check (event_version > 0),
    occurred_at timestamptz not null,
    payload bytea not null,
    unique (stream_id, event_version)
  )`,
  `create index event_store_type on event_store (event_type, position)`,
  `create index event_store_occurred on event_store (occurred_at)`,
  `create index event_store_correlation on event_store ((event_metadata->>'correlationId'))`,
  `create table outbox (position bigint primary key)`,
  `create table relay_state (
    stream text primary key, created text not null, last_sequence bigint not null
  )`,
  `create table idempotency (
    scope text not null,
    key text not null,
    request_hash bytea not null,
    response bytea,
    subject text not null,
    expires_at timestamptz not null,
    primary key (scope, key)
  )`,
  `create index idempotency_expires on idempotency (expires_at)`,
  `create index idempotency_subject on idempotency (subject) where subject <> ''`,
  `create table rate_limits (
    key text primary key, arrival double precision not null, expires_at timestamptz not null
  )`,
  `create index rate_limits_expires on rate_limits (expires_at)`,
  `create table inbox (
    consumer text not null, event_id uuid not null, correlation_id text not null, handled_at timestamptz not null,
    primary key (consumer, event_id)
  )`,
  `create index inbox_handled on inbox (handled_at)`,
  `create index inbox_correlation on inbox (correlation_id)`,
  `create table consumer_leases (
    consumer text not null,
    source text not null,
    holder text not null,
    epoch integer not null,
    floor bigint not null,
    stream_created text not null,
    caught_up bigint not null default 0,
    expires_at timestamptz not null,
    primary key (consumer, source)
  )`,
  `create table dead_letters (
    id uuid primary key,
    consumer text not null,
    source text not null,
    event_id uuid not null,
    event_type text not null,
    aggregate_id text not null,
    correlation_id text not null,
    sequence bigint not null,
    headers jsonb not null,
    payload bytea not null,
    status text not null check (status in ('DEAD', 'PARKED', 'REDRIVING', 'RESOLVED')),
    reason text not null,
    attempts integer not null,
    created_at timestamptz not null,
    unique (consumer, event_id)
  )`,
  `create index dead_letters_open on dead_letters (consumer, source, aggregate_id, sequence) where status <> 'RESOLVED'`,
  `create index dead_letters_status on dead_letters (status, id)`,
  `create index dead_letters_correlation on dead_letters (correlation_id)`,
  // Ended instances stay, so that a message that comes late finds them and is ignored.
  `create table processes (
    process text not null, instance text not null, state jsonb not null, revision integer not null, ended boolean not null,
    primary key (process, instance)
  )`,
  // due_at and expires_at are the mesh's time, but due_at of what is due at once is Postgres' where that is earlier;
  // retry_at and claimed_until are Postgres', for backoff and crashed claims.
  `create table process_commands (
    id uuid primary key,
    process text not null,
    instance text not null,
    step text not null,
    method text not null,
    request bytea not null,
    due_at timestamptz not null,
    expires_at timestamptz not null,
    retry_at timestamptz not null default '-infinity',
    claimed_until timestamptz not null default '-infinity',
    attempts integer not null default 0,
    outcome text check (outcome in ('ANSWERED', 'REFUSED', 'EXPIRED')),
    outcome_detail text not null default '',
    finished_at timestamptz,
    correlation_id text not null,
    causation_id text not null,
    actor text not null,
    traceparent text,
    created_at timestamptz not null
  )`,
  `create index process_commands_due on process_commands (due_at) where outcome is null`,
  `create index process_commands_correlation on process_commands (correlation_id)`,
  // A row a setting: a timer that is set again is a new row, its old one REPLACED.
  `create table process_timers (
    id uuid primary key,
    process text not null,
    instance text not null,
    name text not null,
    due_at timestamptz not null,
    claimed_until timestamptz not null default '-infinity',
    outcome text check (outcome in ('FIRED', 'CANCELLED', 'REPLACED')),
    finished_at timestamptz,
    correlation_id text not null,
    causation_id text not null,
    actor text not null,
    created_at timestamptz not null
  )`,
  `create index process_timers_due on process_timers (due_at) where outcome is null`,
  `create index process_timers_open on process_timers (process, instance, due_at, id) where outcome is null`,
  `create index process_timers_correlation on process_timers (correlation_id)`,
  `create table mesh_clock (id boolean primary key default true check (id), offset_ms bigint not null)`,
  // One statement writes a unit of work; this is how it takes itself back: SQLSTATE TR001, detail kind:index.
  `create function mesh_refuse(kind text, place integer) returns integer language plpgsql as $$
  begin
    raise exception 'unit of work refused' using errcode = 'TR001', detail = kind || ':' || place;
  end $$`,
]

/** The kernel's own tables in every context's database, as migrations that come before the context's. */
export const kernelMigrations = [
  { name: '0000-kernel', up: firstTables },
  // A count is worth no wait for the disk: after a crash of the database every limit starts anew.
  { name: '0000-kernel-limits', up: ['alter table rate_limits set unlogged'] },
  // A row without a key is of somebody who was erased.
  {
    name: '0000-kernel-subject-keys',
    up: ['create table subject_keys (subject text primary key, sealed bytea, changed_at timestamptz not null)'],
  },
]
