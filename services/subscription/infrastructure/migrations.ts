import type { Migration } from '#shared/infrastructure/migrate.ts'
import { speechMigration } from './speech-migration.ts'

const tier = (id: string, name: string, cents: number, features: readonly string[], limits: Record<string, number>) =>
  `insert into tiers (id, name, price_cents, features, limits)
   values ('${id}', '${name}', ${cents}, '${JSON.stringify(features)}', '${JSON.stringify(limits)}')`

/** The schema of subscription's database, and the tiers that there are. */
export const migrations: readonly Migration[] = [
  {
    name: '0001-subscription',
    up: [
      // A limit that is not there is none.
      `create table tiers (
        id text primary key check (id ~ '^[A-Z][A-Z0-9_]{0,19}$'),
        name text not null,
        price_cents integer not null check (price_cents >= 0),
        features jsonb not null check (jsonb_typeof(features) = 'array'),
        limits jsonb not null check (jsonb_typeof(limits) = 'object')
      )`,
      tier('FREE', 'Free', 0, ['Stories and their analysis'], { STORIES: 3, COLLABORATORS: 2, FILMS: 1, VOICES: 1 }),
      tier('SILVER', 'Silver', 999, ['Stories and their analysis', 'More of everything'], {
        STORIES: 10,
        COLLABORATORS: 5,
        FILMS: 5,
        VOICES: 2,
      }),
      tier('GOLD', 'Gold', 1999, ['Stories and their analysis', 'Much more of everything'], {
        STORIES: 30,
        COLLABORATORS: 10,
        FILMS: 20,
        VOICES: 5,
      }),
      tier('PLATINUM', 'Platinum', 3999, ['Stories and collaborators without limit', 'The most of everything else'], {
        FILMS: 100,
        VOICES: 20,
      }),
      `create table subscriptions (
        id uuid constraint subscriptions_once primary key,
        tier text not null references tiers (id),
        status text not null check (status in ('ACTIVE', 'CANCELLED', 'EXPIRED', 'SUSPENDED')),
        is_complimentary boolean not null,
        anchor timestamptz(3) not null,
        paid_from timestamptz(3),
        paid_until timestamptz(3),
        next_tier text not null,
        renewal_bill uuid,
        is_overdue boolean not null,
        change_bill uuid,
        change_tier text not null,
        credit bigint not null check (credit >= 0),
        payment_method jsonb,
        payment_problem text not null,
        created_at timestamptz(3) not null,
        revision integer not null default 1,
        constraint subscriptions_billed_by_period check
          ((renewal_bill is null) = (paid_from is null) and (paid_from is null) = (paid_until is null)),
        constraint subscriptions_overdue_are_billed check (not is_overdue or renewal_bill is not null)
      )`,
      // Numbers of a year follow each other; the row is changed in the statement that issues the invoice.
      `create table invoice_numbers (year integer primary key, last integer not null)`,
      `create table invoices (
        id uuid primary key,
        number text not null constraint invoices_number unique,
        user_id uuid not null,
        bill_id uuid not null constraint invoices_of_bill unique,
        purpose text not null check (purpose in ('RENEWAL', 'UPGRADE')),
        lines jsonb not null,
        period_start timestamptz(3) not null,
        period_end timestamptz(3) not null check (period_end > period_start),
        starts_period boolean not null,
        total bigint not null check (total >= 0),
        credit_applied bigint not null check (credit_applied between 0 and total),
        issued_at timestamptz(3) not null,
        status text not null check (status in ('OPEN', 'PAID', 'VOID')),
        paid_at timestamptz(3),
        settled_at timestamptz(3),
        attempts integer not null,
        revision integer not null default 1,
        constraint invoices_paid_at check ((status = 'PAID') = (paid_at is not null)),
        constraint invoices_settled_when_paid check (settled_at is null or status = 'PAID')
      )`,
      'create index invoices_of_user on invoices (user_id, number desc)',
      `create table charges (
        id text primary key,
        invoice_id uuid not null references invoices,
        attempt integer not null check (attempt > 0),
        amount bigint not null check (amount > 0),
        token text not null,
        status text not null check (status in ('BEGUN', 'SUCCEEDED', 'DECLINED')),
        problem text not null,
        provider_id text not null,
        begun_at timestamptz(3) not null,
        finished_at timestamptz(3)
      )`,
      // No second charge of an invoice while the first may still come about, or has.
      `create unique index charges_one on charges (invoice_id) where status <> 'DECLINED'`,
      // How much is used: what is taken and what is reserved. Hot rows: changed by guards, never mapped.
      `create table usage (
        id text primary key,
        user_id uuid not null,
        resource text not null,
        period_start timestamptz(3),
        period_end timestamptz(3),
        used bigint not null check (used >= 0),
        committed bigint not null check (committed >= 0),
        allowed bigint,
        overrun bigint not null check (overrun >= 0),
        announced integer not null,
        version bigint not null,
        constraint usage_within_limit check (allowed is null or used <= allowed + overrun),
        constraint usage_covers_committed check (committed <= used)
      )`,
      'create index usage_of_user on usage (user_id)',
      `create index usage_unannounced on usage (id)
       where allowed is not null and (announced < 80 and used * 5 >= allowed * 4 or announced < 100 and used >= allowed)`,
      `create table reservations (
        key uuid primary key,
        counter_id text not null,
        user_id uuid not null,
        resource text not null,
        amount integer not null check (amount > 0),
        state text not null check (state in ('HELD', 'COMMITTED', 'RELEASED', 'LAPSED')),
        created_at timestamptz(3) not null,
        expires_at timestamptz(3) not null,
        revision integer not null default 1
      )`,
      `create index reservations_held on reservations (counter_id, expires_at) where state = 'HELD'`,
      `create index reservations_lapsing on reservations (expires_at) where state = 'HELD'`,
      'create index reservations_of_counter on reservations (counter_id, created_at)',
      'create index reservations_of_user on reservations (user_id)',
      // What is counted as long as it exists is released by its key, however late.
      `create index reservations_old on reservations (created_at)
       where state in ('RELEASED', 'LAPSED') or state = 'COMMITTED' and resource in ('STORIES', 'FILMS')`,
      // What the sandbox remembers of charges: it plays a company of its own, and forgets nothing in a crash.
      `create table sandbox_charges (
        key text primary key,
        token text not null,
        cents bigint not null,
        status text not null check (status in ('SUCCEEDED', 'DECLINED')),
        times_asked integer not null default 1
      )`,
    ],
  },
  {
    name: '0002-credit-and-order',
    up: [
      // How each credit came to be. Written, and never changed; what there was before has one entry.
      `create table credit_entries (
        id uuid primary key,
        user_id uuid not null,
        amount bigint not null check (amount <> 0),
        reason text not null check (reason in ('GRANTED', 'APPLIED', 'RETURNED', 'CARRIED_OVER')),
        granted_by text not null,
        invoice_id uuid,
        at timestamptz(3) not null
      )`,
      'create index credit_entries_of_user on credit_entries (user_id, at desc, id desc)',
      `insert into credit_entries (id, user_id, amount, reason, granted_by, at)
        select gen_random_uuid(), id, credit, 'CARRIED_OVER', '', now() from subscriptions where credit > 0`,
      // As text, the millionth invoice of a year would come before the second.
      `alter table invoices
        add column year integer generated always as (split_part(number, '-', 1)::integer) stored,
        add column sequence integer generated always as (split_part(number, '-', 2)::integer) stored`,
      'drop index invoices_of_user',
      'create index invoices_of_user on invoices (user_id, year desc, sequence desc)',
      'create index invoices_of_year on invoices (year)',
      `create index charges_with_token on charges (invoice_id) where token <> ''`,
      // What was counted while there was no limit was counted without a key: whoever comes to one is told by it.
      `insert into reservations (key, counter_id, user_id, resource, amount, state, created_at, expires_at)
        select gen_random_uuid(), id, user_id, resource, committed, 'COMMITTED', now(), now() from usage u
        where committed > 0 and not exists (select 1 from reservations r where r.counter_id = u.id)`,
    ],
  },
  {
    name: '0003-payment',
    up: [
      // Payment moves the money from here on. It knows nothing of what the sandbox that was here kept: whoever pays
      // gives their card again, and a charge that had no outcome is made under an id that payment knows.
      'drop table sandbox_charges',
      `update subscriptions set payment_method = null where payment_method is not null`,
      'drop index charges_with_token',
      `alter table charges add column payment_id uuid, add column method_id text not null default ''`,
      'update charges set payment_id = gen_random_uuid()',
      `alter table charges drop column token, alter column payment_id set not null,
         alter column method_id drop default, add constraint charges_of_payment unique (payment_id)`,
    ],
  },
  speechMigration,
]
