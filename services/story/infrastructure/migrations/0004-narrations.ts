import type { Migration } from '#shared/infrastructure/migrate.ts'

/** What narration told: which text of a story can be heard, and whose voices can tell one. */
export const narrations: Migration = {
  name: '0004-narrations',
  up: [
    `create table story_narrations (
      story_id uuid primary key references stories on delete cascade,
      narration_id uuid not null,
      story_version integer not null,
      content_hash text not null,
      duration_ms integer not null
    )`,
    `create table offered_voices (
      voice_id uuid primary key,
      owner_id uuid not null
    )`,
    'create index offered_voices_of_owner on offered_voices (owner_id, voice_id)',
  ],
}
