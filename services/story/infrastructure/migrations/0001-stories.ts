import type { Migration } from '#shared/infrastructure/migrate.ts'

const hash = `check (content_hash ~ '^[0-9a-f]{64}$')`

/** Stories, their texts, and what lists and search show of them. */
export const stories: Migration = {
  name: '0001-stories',
  up: [
    `create table stories (
      id uuid primary key,
      author_id uuid not null,
      title text not null constraint stories_title check (char_length(title) between 3 and 500),
      content_hash text not null constraint stories_content_hash ${hash},
      has_text boolean not null,
      language text not null,
      status text not null constraint stories_status
        check (status in ('draft', 'analyzing', 'analyzed', 'published', 'archived')),
      visibility text not null constraint stories_visibility check (visibility in ('public', 'unlisted', 'private')),
      category text not null,
      genre text not null,
      version integer not null constraint stories_version check (version > 0),
      published_version integer not null
        constraint stories_published_version check (published_version between 0 and version),
      analysed_hash text,
      analysed_language text,
      customization jsonb not null,
      created_at timestamptz not null,
      updated_at timestamptz not null,
      published_at timestamptz,
      revision integer not null default 1,
      constraint stories_published check (
        (published_version > 0) = (published_at is not null) and (status <> 'published' or published_version = version)
      )
    )`,
    `create index stories_author on stories (author_id)`,
    // search_chars bounds what is indexed: a tsvector holds no more than 1 MiB.
    `create table story_versions (
      story_id uuid not null references stories on delete cascade,
      version integer not null check (version > 0),
      title text not null,
      title_key text not null,
      content text not null,
      content_hash text not null ${hash},
      language text not null,
      created_at timestamptz not null,
      published_at timestamptz,
      searchable boolean not null,
      search_config regconfig not null,
      search_chars integer not null,
      document tsvector not null generated always as (
        setweight(to_tsvector(search_config, title), 'A')
          || setweight(to_tsvector(search_config, left(content, search_chars)), 'B')
      ) stored,
      primary key (story_id, version)
    )`,
    `create index story_versions_document on story_versions using gin (document) where searchable`,
    // One row for the author and, while readers may find the story, one for them with what was published.
    `create table story_list (
      story_id uuid not null references stories on delete cascade,
      audience text not null check (audience in ('author', 'readers')),
      author_id uuid not null,
      title text not null,
      title_key text collate "C" not null,
      language text not null,
      status text not null,
      visibility text not null,
      category text not null,
      genre text not null,
      version integer not null,
      cover_url text not null,
      collaborator_count integer not null default 0,
      created_at timestamptz not null,
      updated_at timestamptz not null,
      published_at timestamptz,
      primary key (story_id, audience)
    )`,
    ...['updated_at desc, story_id desc', 'created_at desc, story_id desc', 'title_key, story_id'].flatMap((order) => {
      const name = order.split(/[_ ]/, 1)[0]
      return [
        `create index story_list_readers_${name} on story_list (${order}) where audience = 'readers'`,
        `create index story_list_author_${name} on story_list (author_id, audience, ${order})`,
      ]
    }),
    `create table authors (author_id uuid primary key, display_name text not null)`,
    `create table story_shares (
      id uuid primary key,
      story_id uuid not null references stories on delete cascade,
      token_hash bytea not null,
      created_at timestamptz not null,
      expires_at timestamptz not null,
      constraint story_shares_token unique (story_id, token_hash)
    )`,
  ],
}
