import type { Migration } from '#shared/infrastructure/migrate.ts'

/** Attempts to publish; one at a time for each story. */
export const publishings: Migration = {
  name: '0003-publishings',
  up: [
    `create table publishings (
      id uuid primary key,
      story_id uuid not null references stories on delete cascade,
      author_id uuid not null,
      story_version integer not null,
      status text not null constraint publishings_status check (status in ('validating', 'published', 'failed')),
      failure_reason text not null,
      started_at timestamptz not null,
      finished_at timestamptz,
      revision integer not null default 1
    )`,
    `create unique index publishings_running on publishings (story_id) where status = 'validating'`,
    `create index publishings_story on publishings (story_id, started_at desc)`,
  ],
}
