import type { Migration } from '#shared/infrastructure/migrate.ts'

/** Who takes part in recording a story, as collaboration told. */
export const collaborators: Migration = {
  name: '0006-collaborators',
  up: [
    `create table story_collaborators (
      story_id uuid not null references stories on delete cascade,
      participant_id uuid not null,
      primary key (story_id, participant_id)
    )`,
    'alter table story_list drop column collaborator_count',
  ],
}
