import type { Migration } from '#shared/infrastructure/migrate.ts'

/** Films of stories, and what vendors are asked for to make them. */
export const videogen: Migration = {
  name: '0001-videogen',
  up: [
    `create table video_jobs (
      id uuid primary key,
      story_id uuid not null,
      user_id uuid not null,
      narration_id uuid not null,
      sound_blob text not null,
      sound_ms integer not null check (sound_ms > 0),
      story_version integer not null,
      content_hash text not null,
      configuration jsonb not null,
      cache_key text not null check (cache_key ~ '^[0-9a-f]{64}$'),
      publishing_id text not null,
      status text not null constraint video_jobs_status
        check (status in ('queued', 'processing', 'completed', 'failed', 'cancelled', 'unknown')),
      provider text not null constraint video_jobs_provider check (provider in ('', 'embedded', 'runway', 'luma', 'pika')),
      run_id text not null,
      usage_key text not null check (usage_key <> ''),
      estimated_cost_micros bigint not null check (estimated_cost_micros >= 0),
      actual_cost_micros bigint not null check (actual_cost_micros >= 0),
      failure_reason text not null,
      film jsonb,
      created_at timestamptz not null,
      updated_at timestamptz not null,
      completed_at timestamptz,
      revision integer not null default 1,
      constraint video_jobs_film check ((status = 'completed') = (film is not null) and (film is null) = (completed_at is null)),
      constraint video_jobs_reason check ((status in ('failed', 'unknown')) = (failure_reason <> ''))
    )`,
    // Films that are alike are made once at a time.
    `create unique index video_jobs_running on video_jobs (user_id, cache_key) where status in ('queued', 'processing')`,
    'create index video_jobs_alike on video_jobs (user_id, cache_key)',
    'create index video_jobs_of_user on video_jobs (user_id, created_at desc, id desc)',
    'create index video_jobs_of_story on video_jobs (story_id, completed_at desc)',
    // Times are the database's own, which no time travel moves.
    `create table clips (
      job_id uuid not null references video_jobs on delete cascade,
      place integer not null check (place >= 0),
      start_ms integer not null check (start_ms >= 0),
      end_ms integer not null,
      prompt text not null,
      state text not null default 'planned' constraint clips_state
        check (state in ('planned', 'asked', 'accepted', 'ready', 'failed', 'unknown')),
      provider text not null default '' constraint clips_provider check (provider in ('', 'runway', 'luma', 'pika')),
      client_key text not null default '',
      provider_job_id text not null default '',
      cost_micros bigint not null default 0 check (cost_micros >= 0),
      -- What was paid for before, and is given up.
      lost_micros bigint not null default 0 check (lost_micros >= 0),
      asks integer not null default 0,
      asked_at timestamptz,
      failure_reason text not null default '',
      primary key (job_id, place),
      constraint clips_last check (end_ms > start_ms),
      constraint clips_asked check ((state = 'planned') = (provider = '') and (state = 'planned' or asked_at is not null)),
      constraint clips_accepted check (state not in ('accepted', 'ready') or provider_job_id <> '')
    )`,
    `create unique index clips_by_vendor on clips (provider, provider_job_id) where provider_job_id <> ''`,
    `create table publishings (
      publishing_id uuid constraint publishings_once primary key,
      job_id uuid,
      is_own boolean not null,
      is_abandoned boolean not null,
      created_at timestamptz not null
    )`,
    'create index publishings_old on publishings (created_at)',
    'create table awaited_films (story_id uuid primary key, user_id uuid not null)',
    'create index awaited_films_of_user on awaited_films (user_id)',
    // How those who make films did lately.
    `create table providers (
      name text primary key,
      failures integer not null,
      failed_at timestamptz not null
    )`,
    // What is being made, by whom.
    `create table work (
      id uuid primary key,
      kind text not null constraint work_kind check (kind in ('film', 'awaited')),
      holder text,
      lease_until timestamptz not null default now(),
      due_at timestamptz not null default now(),
      attempts integer not null default 0,
      cause jsonb,
      share real not null default 0 check (share between 0 and 1),
      stage text not null default 'waiting'
    )`,
    'create index work_due on work (kind, due_at)',
  ],
}
