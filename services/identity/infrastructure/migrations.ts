import type { Migration } from '#shared/infrastructure/migrate.ts'

/** The schema of identity's database. */
export const migrations: readonly Migration[] = [
  {
    name: '0001-identity',
    up: [
      `create table users (
        id uuid primary key,
        email text not null check (length(email) between 3 and 254),
        email_key citext not null constraint users_email_unique unique,
        email_verified boolean not null,
        display_name text not null check (length(display_name) between 1 and 100),
        avatar_url text not null check (length(avatar_url) <= 500),
        bio text not null check (length(bio) <= 1000),
        language text not null,
        time_zone text not null,
        phone text not null check (phone ~ '^(\\+[1-9][0-9]{6,14})?$'),
        address jsonb,
        password_hash text,
        oauth_providers text[] not null,
        roles text[] not null,
        registration_source text not null check (length(registration_source) <= 60),
        suspended_at timestamptz(3),
        suspension_reason text,
        created_at timestamptz(3) not null,
        last_login_at timestamptz(3),
        revision integer not null default 1,
        constraint users_sign_in_method check (password_hash is not null or cardinality(oauth_providers) > 0),
        constraint users_suspension check ((suspended_at is null) = (suspension_reason is null))
      )`,
      `create index users_newest on users (created_at desc, id desc)`,
      // For prefixes: in byte order, so that a range finds them whatever the database's collation.
      `create index users_email_prefix on users ((lower(email) collate "C"))`,
      `create index users_name_prefix on users ((lower(display_name) collate "C"))`,
      `create table oauth_links (
        provider text not null,
        subject text not null,
        user_id uuid not null references users on delete cascade,
        linked_at timestamptz(3) not null,
        constraint oauth_links_account primary key (provider, subject),
        constraint oauth_links_one_a_provider unique (user_id, provider)
      )`,
      `create table sessions (
        id uuid primary key,
        user_id uuid not null references users on delete cascade,
        seed bytea not null check (length(seed) = 32),
        generation integer not null check (generation > 0),
        rotated_at timestamptz(3) not null,
        device text not null check (length(device) <= 200),
        address text not null,
        created_at timestamptz(3) not null,
        last_used_at timestamptz(3) not null,
        expires_at timestamptz(3) not null,
        ended_at timestamptz(3),
        revision integer not null default 1
      )`,
      `create index sessions_of_user on sessions (user_id, last_used_at desc, id desc)`,
      `create index sessions_expired on sessions (expires_at)`,
      `create table login_failures (
        key bytea primary key,
        failures integer not null check (failures > 0),
        last_at timestamptz(3) not null
      )`,
      `create index login_failures_last on login_failures (last_at)`,
      `create table oauth_states (
        state_hash bytea primary key,
        provider text not null,
        redirect_uri text not null,
        user_id uuid references users on delete cascade,
        expires_at timestamptz(3) not null
      )`,
      `create index oauth_states_expired on oauth_states (expires_at)`,
      `create index oauth_states_user on oauth_states (user_id) where user_id is not null`,
      // Numbered: of replicas that make the next key at once, one wins.
      `create table signing_keys (
        number integer primary key,
        kid text not null unique,
        public_key jsonb not null,
        private_key bytea not null,
        active_at timestamptz(3) not null
      )`,
    ],
  },
  {
    name: '0002-erasures',
    up: [
      `create table erasures (
        id uuid primary key,
        user_id uuid not null constraint erasures_once unique,
        requested_at timestamptz(3) not null,
        awaited text[] not null,
        reports jsonb not null,
        completed_at timestamptz(3),
        revision integer not null default 1,
        constraint erasures_completed check ((completed_at is not null) = (cardinality(awaited) = 0))
      )`,
    ],
  },
  {
    name: '0003-mailed-links',
    up: [
      `create table mailed_links (
        id uuid primary key,
        user_id uuid not null references users on delete cascade,
        purpose text not null check (purpose in ('verify-email', 'reset-password')),
        requested_at timestamptz(3) not null,
        expires_at timestamptz(3) not null check (expires_at > requested_at),
        status text not null check (status in ('open', 'used', 'withdrawn')),
        revision integer not null default 1
      )`,
      `create index mailed_links_of_user on mailed_links (user_id)`,
      `create index mailed_links_expired on mailed_links (expires_at)`,
    ],
  },
  {
    name: '0004-api-keys',
    up: [
      // Twenty places a user: however many keys are made at once, the twenty-first finds none.
      `create table api_keys (
        id uuid primary key,
        user_id uuid not null references users on delete cascade,
        name text not null check (length(name) between 1 and 80),
        prefix text not null check (length(prefix) = 12),
        hash bytea not null unique check (length(hash) = 32),
        scopes text[] not null check (cardinality(scopes) > 0 and scopes <@ array['read', 'write', 'operate']),
        created_at timestamptz(3) not null,
        expires_at timestamptz(3) not null check (expires_at > created_at),
        last_used_at timestamptz(3),
        revoked_at timestamptz(3),
        place integer check (place between 1 and 20),
        revision integer not null default 1,
        constraint api_keys_live check (revoked_at is null or place is null)
      )`,
      `create unique index api_keys_name on api_keys (user_id, name) where place is not null`,
      `create unique index api_keys_place on api_keys (user_id, place)`,
      `create index api_keys_prefix on api_keys (prefix)`,
      `create index api_keys_newest on api_keys (user_id, created_at desc, id desc)`,
      `create index api_keys_expired on api_keys (expires_at)`,
    ],
  },
  {
    name: '0005-second-factors',
    up: [
      `alter table users add column has_totp boolean not null default false`,
      `create table second_factors (
        id uuid constraint second_factors_once primary key references users on delete cascade,
        sealed_secret bytea not null,
        confirmed_at timestamptz(3),
        last_step integer not null,
        recovery_hashes text[] not null check (cardinality(recovery_hashes) <= 10),
        revision integer not null default 1
      )`,
      `create table passed_sign_ins (
        state_hash bytea primary key,
        code_hash bytea not null,
        user_id uuid not null references users on delete cascade,
        provider text not null,
        expires_at timestamptz(3) not null
      )`,
      `create index passed_sign_ins_expired on passed_sign_ins (expires_at)`,
      `create index passed_sign_ins_user on passed_sign_ins (user_id)`,
    ],
  },
  {
    name: '0006-oauth-bindings',
    // None for what a replica of before began: nobody can end that.
    up: [`alter table oauth_states add column binding_hash bytea check (length(binding_hash) = 32)`],
  },
  {
    name: '0007-suspended-users',
    up: [`create index users_suspended on users (created_at desc, id desc) where suspended_at is not null`],
  },
]
