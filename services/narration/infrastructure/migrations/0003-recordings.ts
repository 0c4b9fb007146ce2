import type { Migration } from '#shared/infrastructure/migrate.ts'

/** Lines that people recorded, and publications that wait for a narration. */
export const recordings: Migration = {
  name: '0003-recordings',
  up: [
    `create table recorded_lines (
      story_id uuid not null,
      character_id text not null,
      place integer not null check (place >= 0),
      session_id uuid not null,
      owner_id uuid not null,
      speaker_id uuid,
      text text not null,
      blob text not null,
      start_ms integer not null check (start_ms >= 0),
      end_ms integer not null,
      primary key (story_id, character_id, place),
      constraint recorded_lines_sound check (end_ms > start_ms)
    )`,
    'create index recorded_lines_of_session on recorded_lines (session_id)',
    'create index recorded_lines_of_owner on recorded_lines (owner_id)',
    'create index recorded_lines_of_speaker on recorded_lines (speaker_id) where speaker_id is not null',
    'alter table speeches add column speaker_id uuid',
    'create index speeches_of_speaker on speeches (speaker_id) where speaker_id is not null',
    `alter table narrations add column publishing_id text not null default ''`,
    // Ids only; of one that is over, what comes late is refused.
    `create table publishings (
      publishing_id uuid primary key,
      narration_id text not null,
      run_id text not null,
      is_over boolean not null,
      noted_at timestamptz not null
    )`,
    'create index publishings_noted on publishings (noted_at)',
    // What asked for it, so that what comes of it can be traced.
    'alter table work add column cause jsonb',
  ],
}
