import type { Migration } from '#shared/infrastructure/migrate.ts'

/** Voices, what was said with them, and stories as they are told. */
export const narration: Migration = {
  name: '0001-narration',
  up: [
    `create table voices (
      id uuid primary key,
      user_id uuid not null,
      name text not null,
      provider text not null constraint voices_provider check (provider in ('embedded', 'openai', 'elevenlabs')),
      stock_voice text not null,
      language text not null,
      settings jsonb not null,
      status text not null constraint voices_status
        check (status in ('pending', 'collecting', 'training', 'ready', 'failed')),
      samples jsonb not null constraint voices_samples check (jsonb_array_length(samples) <= 50),
      consent jsonb,
      profile jsonb,
      quality double precision not null constraint voices_quality check (quality between 0 and 1),
      quality_reasons jsonb not null,
      failure_reason text not null,
      cloned_as text not null,
      usage_key text not null,
      created_at timestamptz not null,
      revision integer not null default 1,
      constraint voices_trained_with_consent
        check (stock_voice <> '' or status not in ('training', 'ready') or consent is not null and usage_key <> '')
    )`,
    'create index voices_of_user on voices (user_id, created_at desc, id desc)',
    `create table narrations (
      id uuid primary key,
      story_id uuid not null constraint narrations_of_story unique,
      user_id uuid not null,
      status text not null constraint narrations_status
        check (status in ('pending', 'processing', 'completed', 'failed')),
      voice_map jsonb not null,
      cast_ids jsonb not null,
      title text not null,
      language text not null,
      story_version integer not null,
      content_hash text not null,
      run_id text not null,
      segments_total integer not null check (segments_total >= 0),
      paid_characters integer not null check (paid_characters >= 0),
      cost_micros bigint not null check (cost_micros >= 0),
      usage_key text not null,
      stale boolean not null,
      failure_reason text not null,
      sound jsonb,
      chapters jsonb not null,
      created_at timestamptz not null,
      updated_at timestamptz not null,
      completed_at timestamptz,
      revision integer not null default 1,
      constraint narrations_sound check ((sound is null) = (completed_at is null) and (status <> 'completed' or sound is not null)),
      constraint narrations_reason check ((status = 'failed') = (failure_reason <> '')),
      constraint narrations_paid check ((usage_key = '') = (paid_characters = 0))
    )`,
    'create index narrations_of_user on narrations (user_id, updated_at desc, id desc)',
    // What is `told` is what the story says there; the rest is what is said, which its author may have changed.
    `create table narration_segments (
      narration_id uuid not null references narrations on delete cascade,
      place integer not null check (place >= 0),
      told text not null,
      told_emotion text not null,
      told_intensity integer not null,
      change jsonb,
      text text not null,
      character_id text not null,
      voice_id text not null,
      emotion text not null,
      intensity integer not null check (intensity between 0 and 10),
      pause_ms integer not null check (pause_ms >= 0),
      chapter text not null,
      speech jsonb not null,
      speech_key text not null check (speech_key ~ '^[0-9a-f]{64}$'),
      stale boolean not null default false,
      start_ms integer not null default 0,
      end_ms integer not null default 0 check (end_ms >= start_ms),
      primary key (narration_id, place)
    )`,
    'create index narration_segments_by_speech on narration_segments (speech_key)',
    // What was said, by what its sound depends on. Each owner's by itself, so that it can be erased with them.
    `create table speeches (
      owner_id uuid not null,
      speech_key text not null check (speech_key ~ '^[0-9a-f]{64}$'),
      engine text not null,
      state text not null constraint speeches_state check (state in ('asked', 'ready', 'unknown', 'failed')),
      characters integer not null check (characters >= 0),
      is_paid boolean not null,
      run_id text not null,
      asked_at timestamptz not null,
      lease_until timestamptz not null,
      asks integer not null default 1,
      duration_ms integer not null default 0,
      words jsonb not null default '[]',
      exact_words boolean not null default false,
      encoded boolean not null default false,
      used_at timestamptz not null,
      failure_reason text not null default '',
      primary key (owner_id, speech_key),
      constraint speeches_sound check (state <> 'ready' or duration_ms > 0)
    )`,
    'create index speeches_of_run on speeches (run_id) where is_paid',
    'create index speeches_used on speeches (used_at)',
    `create table pronunciations (
      owner_id uuid not null,
      language text not null,
      word_key text not null,
      word text not null,
      phonemes text not null,
      respelling text not null,
      primary key (owner_id, word_key, language),
      constraint pronunciations_say_something check (phonemes <> '' or respelling <> '')
    )`,
    `create table narration_settings (
      owner_id uuid primary key,
      narrate_when_analyzed boolean not null,
      narrator_voice_id text not null
    )`,
    // What is being made, by whom; leases are in the database's time, which no time travel moves.
    `create table work (
      id uuid primary key,
      kind text not null constraint work_kind check (kind in ('narration', 'voice')),
      holder text,
      lease_until timestamptz not null default now(),
      due_at timestamptz not null default now(),
      attempts integer not null default 0,
      joined real not null default 0 check (joined between 0 and 1)
    )`,
    'create index work_due on work (kind, due_at)',
  ],
}
