import type { Migration } from '#shared/infrastructure/migrate.ts'

/** The schema of payment's database. */
export const migrations: readonly Migration[] = [
  {
    name: '0001-payment',
    up: [
      // What is shown of payments, and what is no history: their events are what they are.
      `create table payments (
        id uuid primary key,
        purpose_kind text check (purpose_kind in ('RESERVATION', 'INVOICE', 'TOP_UP')),
        purpose_id uuid,
        payer_id uuid,
        amount bigint check (amount > 0),
        currency text check (currency ~ '^[A-Z]{3}$'),
        status text not null check (status in ('PENDING', 'REQUIRES_ACTION', 'SUCCEEDED', 'FAILED', 'REFUNDED',
          'PARTIALLY_REFUNDED', 'UNKNOWN', 'CANCELLED')),
        is_received boolean not null,
        method_id uuid,
        description text not null,
        failure_reason text not null,
        external_id text not null,
        provider text not null,
        fee bigint not null,
        refunded bigint not null,
        token text not null,
        action jsonb,
        next_check_at timestamptz(3),
        checks integer not null,
        created_at timestamptz(3) not null,
        updated_at timestamptz(3) not null,
        constraint payments_for_something check (purpose_id is null and status = 'CANCELLED'
          or num_nulls(purpose_kind, purpose_id, payer_id, amount, currency, method_id) = 0),
        constraint payments_within check (refunded between 0 and coalesce(amount, 0)),
        constraint payments_followed check (status not in ('PENDING', 'UNKNOWN', 'REQUIRES_ACTION')
          or next_check_at is not null)
      )`,
      // At most one undecided or successful payment of a purpose.
      `create unique index payments_of_purpose on payments (purpose_kind, purpose_id)
       where status not in ('FAILED', 'CANCELLED')`,
      'create index payments_by_purpose on payments (purpose_id)',
      'create index payments_of_payer on payments (payer_id, created_at desc, id desc)',
      'create index payments_due on payments (next_check_at) where next_check_at is not null',
      `create index payments_with_token on payments (payer_id) where token <> ''`,
      `create table refunds (
        id uuid primary key,
        payment_id uuid not null references payments,
        amount bigint not null check (amount > 0),
        currency text not null,
        status text not null check (status in ('PENDING', 'PROCESSED', 'FAILED')),
        reason text not null,
        failure_reason text not null,
        external_id text not null,
        next_check_at timestamptz(3),
        checks integer not null,
        requested_at timestamptz(3) not null,
        constraint refunds_followed check ((status = 'PENDING') = (next_check_at is not null))
      )`,
      'create index refunds_of_payment on refunds (payment_id)',
      'create index refunds_due on refunds (next_check_at) where next_check_at is not null',
      `create table payment_methods (
        id uuid primary key,
        user_id uuid not null,
        provider text not null,
        token text not null,
        brand text not null,
        last4 text not null,
        created_at timestamptz(3) not null
      )`,
      'create index payment_methods_of_user on payment_methods (user_id, created_at desc)',
      `create table payouts (
        id uuid primary key,
        user_id uuid not null,
        minor_units bigint not null check (minor_units > 0),
        currency text not null,
        provider text not null,
        destination text not null,
        status text not null check (status in ('PENDING', 'PAID', 'FAILED')),
        failure_reason text not null,
        external_id text not null,
        requested_at timestamptz(3) not null,
        settled_at timestamptz(3),
        next_check_at timestamptz(3),
        checks integer not null,
        revision integer not null default 1,
        constraint payouts_followed check ((status = 'PENDING') = (next_check_at is not null))
      )`,
      'create index payouts_of_user on payouts (user_id, requested_at desc, id desc)',
      'create index payouts_due on payouts (next_check_at) where next_check_at is not null',
      // What may be paid out. Hot rows: changed by guards, never mapped.
      `create table balances (
        id text primary key,
        user_id uuid not null,
        currency text not null,
        minor_units bigint not null check (minor_units >= 0)
      )`,
      'create index balances_of_user on balances (user_id)',
      `create table postings (
        id text primary key,
        at timestamptz(3) not null
      )`,
      'create index postings_at on postings (at)',
      `create table entries (
        posting_id text not null references postings deferrable initially deferred,
        account text not null,
        amount bigint not null check (amount <> 0),
        currency text not null check (currency ~ '^[A-Z]{3}$'),
        primary key (posting_id, account, currency)
      )`,
      'create index entries_of_account on entries (account)',
      // Looked at when all of a posting is there.
      `create function entries_add_up() returns trigger language plpgsql as $$
      begin
        if exists (select from entries where posting_id = new.posting_id group by currency having sum(amount) <> 0) then
          raise exception 'posting % does not sum to zero', new.posting_id
            using errcode = '23514', constraint = 'entries_add_up';
        end if;
        return null;
      end $$`,
      `create constraint trigger entries_add_up after insert on entries deferrable initially deferred
       for each row execute function entries_add_up()`,
      // What is written in a ledger stays.
      `create function entries_stay() returns trigger language plpgsql as $$
      begin
        raise exception 'the ledger is only added to' using errcode = '23514', constraint = 'entries_stay';
      end $$`,
      `create trigger entries_stay before update or delete or truncate on entries
       for each statement execute function entries_stay()`,
      `create table webhook_reports (
        provider text not null,
        id text not null,
        heard_at timestamptz(3) not null,
        constraint webhook_reports_once primary key (provider, id)
      )`,
      'create index webhook_reports_old on webhook_reports (heard_at)',
    ],
  },
  {
    // What the sandbox remembers: it plays a company of its own, and forgets nothing in a crash of the mesh.
    name: '0002-sandbox',
    up: [
      `create table sandbox_charges (
        key text primary key,
        token text not null,
        reference text not null,
        amount bigint not null check (amount > 0),
        currency text not null,
        fee bigint not null,
        status text not null check (status in ('SUCCEEDED', 'FAILED', 'REQUIRES_ACTION', 'CANCELLED')),
        reason text not null,
        decided_at timestamptz(3) not null,
        times_asked integer not null default 1
      )`,
      'create index sandbox_charges_of_reference on sandbox_charges (reference)',
      'create index sandbox_charges_decided on sandbox_charges (decided_at)',
      `create table sandbox_transfers (
        key text primary key,
        kind text not null check (kind in ('refund', 'payout')),
        target text not null,
        amount bigint not null check (amount > 0),
        currency text not null,
        status text not null check (status in ('DONE', 'FAILED')),
        reason text not null,
        decided_at timestamptz(3) not null
      )`,
      'create index sandbox_transfers_of_target on sandbox_transfers (target)',
      'create index sandbox_transfers_decided on sandbox_transfers (decided_at)',
      `create table sandbox_reports (
        id uuid primary key,
        body text not null,
        due_at timestamptz(3) not null,
        attempts integer not null default 0
      )`,
      'create index sandbox_reports_due on sandbox_reports (due_at)',
    ],
  },
]
