import type { Migration } from '#shared/infrastructure/migrate.ts'

/** Drafts are indexed when their author first looks for something, not when they are written. */
export const draftSearch: Migration = {
  name: '0007-draft-search',
  up: [
    'alter table story_versions alter column searchable set default false, drop column document',
    // The author of a present version that is not indexed yet.
    `alter table story_versions
      add column draft_of uuid,
      add column document tsvector generated always as (
        case when searchable then setweight(to_tsvector(search_config, title), 'A')
          || setweight(to_tsvector(search_config, left(content, search_chars)), 'B') end
      ) stored,
      add constraint story_versions_draft check (draft_of is null or not searchable and published_at is null)`,
    'create index story_versions_document on story_versions using gin (document) where searchable',
    'create index story_versions_draft on story_versions (draft_of) where draft_of is not null',
  ],
}
