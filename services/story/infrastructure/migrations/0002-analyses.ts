import type { Migration } from '#shared/infrastructure/migrate.ts'

/** What was found in each text of a story. The cast of a story that was never analysed stands under the empty hash. */
export const analyses: Migration = {
  name: '0002-analyses',
  up: [
    `create table story_analyses (
      story_id uuid not null references stories on delete cascade,
      content_hash text not null check (content_hash ~ '^[0-9a-f]{64}$'),
      story_version integer not null,
      language text not null,
      status text not null constraint story_analyses_status check (status in ('running', 'completed', 'failed')),
      progress double precision not null constraint story_analyses_progress check (progress between 0 and 1),
      stage text not null,
      engine text not null,
      segments jsonb,
      characters jsonb,
      emotion_count integer not null default 0,
      themes text[] not null,
      summary text not null,
      failure_reason text not null,
      started_at timestamptz not null,
      finished_at timestamptz,
      primary key (story_id, content_hash),
      constraint story_analyses_complete
        check (status <> 'completed' or (segments is not null and characters is not null and finished_at is not null))
    )`,
    `create index story_analyses_started on story_analyses (story_id, started_at desc)`,
    // Names are compared when a unit of work is written: one may go and come again in it.
    `create table story_characters (
      story_id uuid not null references stories on delete cascade,
      content_hash text not null,
      id uuid not null,
      name text not null check (char_length(name) between 1 and 200),
      name_key text not null,
      found_keys text[] not null,
      aliases text[] not null,
      role text not null constraint story_characters_role check (role in ('protagonist', 'supporting', 'narrator')),
      description text not null,
      traits text[] not null,
      mentions integer not null check (mentions >= 0),
      edited boolean not null,
      primary key (story_id, content_hash, id),
      constraint story_characters_name unique (story_id, content_hash, name_key) deferrable initially immediate
    )`,
    `create index story_characters_mentions on story_characters (story_id, content_hash, mentions desc, id)`,
    `create table story_emotions (
      story_id uuid not null,
      content_hash text not null,
      place integer not null,
      id uuid not null,
      emotion text not null,
      intensity integer not null constraint story_emotions_intensity check (intensity between 1 and 10),
      quote text not null,
      segment_index integer not null check (segment_index >= 0),
      primary key (story_id, content_hash, place),
      foreign key (story_id, content_hash) references story_analyses on delete cascade
    )`,
  ],
}
