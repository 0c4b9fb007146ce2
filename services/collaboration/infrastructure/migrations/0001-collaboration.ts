import type { Migration } from '#shared/infrastructure/migrate.ts'

/** Sessions, who was invited to them, and what they recorded. */
export const collaboration: Migration = {
  name: '0001-collaboration',
  up: [
    `create table sessions (
      id uuid primary key,
      story_id uuid not null,
      host_id uuid not null,
      title text not null,
      language text not null,
      status text not null constraint sessions_status check (status in ('active', 'completed', 'expired', 'cancelled')),
      max_participants integer not null constraint sessions_most check (max_participants between 1 and 5),
      roles jsonb not null,
      created_at timestamptz not null,
      expires_at timestamptz not null,
      ended_at timestamptz,
      revision integer not null default 1,
      constraint sessions_end check ((status = 'active') = (ended_at is null))
    )`,
    `create unique index sessions_of_story on sessions (story_id) where status = 'active'`,
    'create index sessions_of_host on sessions (host_id, created_at desc, id desc)',
    `create index sessions_due on sessions (expires_at) where status = 'active'`,
    'create index sessions_ended on sessions (ended_at) where ended_at is not null',
    // Whoever was invited is whoever takes part, once they accepted. What is sealed is text.
    `create table invitations (
      id uuid primary key,
      session_id uuid not null references sessions on delete cascade,
      story_id uuid not null,
      host_id uuid not null,
      character_id uuid not null,
      by_phone boolean not null,
      recipient text not null,
      usage_key text not null,
      can_record boolean not null,
      can_regenerate boolean not null,
      status text not null constraint invitations_status
        check (status in ('pending', 'accepted', 'declined', 'expired', 'revoked')),
      reason text not null,
      sending integer not null constraint invitations_sending check (sending between 1 and 5),
      user_id uuid,
      display_name text not null,
      created_at timestamptz not null,
      expires_at timestamptz not null,
      joined_at timestamptz,
      revision integer not null default 1,
      constraint invitations_address check ((recipient <> '') = (status = 'pending')),
      constraint invitations_person check (status = 'accepted' or user_id is null and display_name = ''),
      constraint invitations_reason check ((status = 'revoked') = (reason <> ''))
    )`,
    // One a character, and one character a person.
    `create unique index invitations_character on invitations (session_id, character_id)
       where status in ('pending', 'accepted')`,
    `create unique index invitations_member on invitations (session_id, user_id) where user_id is not null`,
    'create index invitations_of_session on invitations (session_id, created_at desc, id desc)',
    'create index invitations_of_user on invitations (user_id) where user_id is not null',
    `create index invitations_due on invitations (expires_at) where status = 'pending'`,
    `create table contributions (
      id uuid primary key,
      session_id uuid not null references sessions on delete cascade,
      story_id uuid not null,
      participant_id uuid not null references invitations on delete cascade,
      character_id uuid not null,
      status text not null constraint contributions_status check (status in ('pending', 'approved', 'rejected')),
      reason text not null,
      duration_ms integer not null check (duration_ms > 0),
      size integer not null check (size > 0),
      measured jsonb not null,
      problems jsonb not null,
      cuts jsonb not null constraint contributions_cuts check (jsonb_array_length(cuts) between 1 and 100),
      created_at timestamptz not null,
      reviewed_at timestamptz,
      revision integer not null default 1,
      constraint contributions_review check ((status = 'pending') = (reviewed_at is null))
    )`,
    'create index contributions_of_session on contributions (session_id, created_at desc, id desc)',
    'create index contributions_of_participant on contributions (participant_id, created_at desc, id desc)',
    `create table session_lines (
      session_id uuid not null references sessions on delete cascade,
      place integer not null check (place >= 0),
      character_id uuid not null,
      text text not null,
      contribution_id uuid references contributions on delete set null,
      start_ms integer not null default 0,
      end_ms integer not null default 0,
      primary key (session_id, place),
      constraint session_lines_cut check (contribution_id is null or 0 <= start_ms and start_ms < end_ms)
    )`,
    'create index session_lines_of_character on session_lines (session_id, character_id, place)',
    'create index session_lines_recorded on session_lines (contribution_id) where contribution_id is not null',
    `create table templates (
      id uuid primary key,
      owner_id uuid not null,
      story_id uuid not null,
      name text not null,
      roles jsonb not null,
      created_at timestamptz not null
    )`,
    'create index templates_of_owner on templates (owner_id, created_at desc, id desc)',
    // What people are called, as identity last told it.
    `create table people (
      user_id uuid primary key,
      display_name text not null
    )`,
    // Who follows a session; in the database's time, which no time travel moves.
    `create table presence (
      watcher uuid primary key,
      session_id uuid not null,
      who uuid not null,
      seen_at timestamptz not null default now()
    )`,
    'create index presence_of_session on presence (session_id)',
    'create index presence_seen on presence (seen_at)',
  ],
}
