import type { Kernel } from '#shared/infrastructure/kernel.ts'
import type { Speeches, SpeechRow } from '../application/ports.ts'

const columns = `speech_key as key, state, asked_at as "askedAt", duration_ms as "durationMs", failure_reason as "failureReason",
  encoded`

/** How long whoever asks an engine is taken to be at it: longer than any engine may take, where asking costs. */
const leases = { paid: '180 seconds', free: '20 seconds' } as const

// One statement: two who come at once find one of them first. `now()` is the database's own, which no time travel moves.
const ask = (lease: string) => `with before as (
    select state, lease_until from speeches where owner_id = $1 and speech_key = $2
  ), living as (
    select from is_living($1::uuid) where $8::uuid is null or exists (select from is_living($8::uuid))
  ), asked as (
    insert into speeches (owner_id, speech_key, engine, state, characters, is_paid, run_id, asked_at, used_at, speaker_id,
      lease_until)
    select $1::uuid, $2, $3, 'asked', $4::integer, $5::boolean, $6, $7::timestamptz, $7::timestamptz,
      $8::uuid, now() + interval '${lease}' from living
    on conflict (owner_id, speech_key) do update set state = 'asked', run_id = excluded.run_id, failure_reason = '',
      used_at = excluded.used_at,
      lease_until = excluded.lease_until, asks = speeches.asks + 1,
      asked_at = case when speeches.state = 'asked' then speeches.asked_at else excluded.asked_at end
    where speeches.state = 'failed' or speeches.state = 'asked' and speeches.lease_until < now()
    returning 1
  )
  select exists (select from asked) as mine, exists (select from living) as living, (select state from before) as before`

/** What was said, in Postgres. */
export const speechRepository = ({ unit, database, clock }: Pick<Kernel, 'unit' | 'database' | 'clock'>): Speeches => ({
  find: async (ownerId, key) => {
    const [row] = await database.sql(
      `select ${columns} from speeches where owner_id = $1 and speech_key = $2`,
      ownerId,
      key,
    )
    return row as SpeechRow | undefined
  },
  ready: async (ownerId, keys) => {
    const rows = await database.sql<{ key: string }>(
      `select speech_key as key from speeches where owner_id = $1 and speech_key = any($2::text[]) and state = 'ready'`,
      ownerId,
      keys,
    )
    return new Set(rows.map(({ key }) => key))
  },
  touch: async (ownerId, keys) => {
    await database.sql(
      `update speeches set used_at = $3 where owner_id = $1 and speech_key = any($2::text[])
       and used_at < $3::timestamptz - interval '1 day'`,
      ownerId,
      keys,
      clock.now(),
    )
  },
  ask: async (ownerId, key, { engine, characters, isPaid, speakerId }, runId) => {
    const [row] = await database.sql<{ mine: boolean; living: boolean; before: string | null }>(
      ask(isPaid ? leases.paid : leases.free),
      ownerId,
      key,
      engine,
      characters,
      isPaid,
      runId,
      clock.now(),
      speakerId || null,
    )
    if (!row?.living) return 'gone'
    if (!row.mine) return 'theirs'
    return row.before === 'asked' ? 'crashed' : 'new'
  },
  keep: async (ownerId, key, { durationMs, words, exactWords }) => {
    await database.sql(
      `update speeches set state = 'ready', duration_ms = $3, words = $4::jsonb, exact_words = $5, failure_reason = '',
         encoded = false
       where owner_id = $1 and speech_key = $2`,
      ownerId,
      key,
      durationMs,
      JSON.stringify(words),
      exactWords,
    )
  },
  noteEncoded: async (ownerId, keys) => {
    await database.sql(
      `update speeches set encoded = true where owner_id = $1 and speech_key = any($2::text[]) and state = 'ready'`,
      ownerId,
      keys,
    )
  },
  giveUp: async (ownerId, key, state, reason) => {
    await database.sql(
      `update speeches set state = $3, failure_reason = $4 where owner_id = $1 and speech_key = $2 and state = 'asked'`,
      ownerId,
      key,
      state,
      reason.replaceAll('\0', '').slice(0, 500),
    )
  },
  forgive: async (ownerId, key) => {
    await database.sql(
      `update speeches set state = 'failed' where owner_id = $1 and speech_key = $2 and state = 'unknown'`,
      ownerId,
      key,
    )
  },
  spent: async (runId) => {
    const [row] = await database.sql<{ spent: number }>(
      `select coalesce(sum(characters), 0)::integer as spent from speeches
       where run_id = $1 and is_paid and state in ('ready', 'unknown', 'asked')`,
      runId,
    )
    return row?.spent ?? 0
  },
  forgetSpeaker: (speakerId) =>
    database.sql<{ ownerId: string; key: string }>(
      'delete from speeches where speaker_id = $1 returning owner_id as "ownerId", speech_key as key',
      speakerId,
    ),
  forget: (ownerId) => unit().write({ sql: 'delete from speeches where owner_id = $1', parameters: [ownerId] }),
})
