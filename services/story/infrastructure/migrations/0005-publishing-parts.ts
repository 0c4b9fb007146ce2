import type { Migration } from '#shared/infrastructure/migrate.ts'

/** What is made of a story before it is published. */
export const publishingParts: Migration = {
  name: '0005-publishing-parts',
  up: [
    'alter table publishings add column with_film boolean not null default false',
    `alter table publishings add column narration_id text not null default ''`,
    `alter table publishings add column video_job_id text not null default ''`,
    'alter table publishings drop constraint publishings_status',
    `alter table publishings add constraint publishings_status
      check (status in ('validating', 'narrating', 'filming', 'published', 'failed'))`,
    'drop index publishings_running',
    `create unique index publishings_running on publishings (story_id)
      where status in ('validating', 'narrating', 'filming')`,
  ],
}
