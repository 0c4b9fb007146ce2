import type { Kernel } from '#shared/infrastructure/kernel.ts'

/** What tells a text, in a query that joins `story_narrations n`. */
export const narrationColumns = `coalesce(n.narration_id::text, '') as "narrationId",
  coalesce(n.duration_ms, 0) as "narrationDurationMs"`

/** Whether `n` tells a version: its text, and no title that came later. */
export const tells = (version: string): string =>
  `n.story_id = ${version}.story_id and n.content_hash = ${version}.content_hash and n.story_version <= ${version}.version`

export const offeredVoices = (ownerId: string): string =>
  `array(select voice_id::text from offered_voices where owner_id = ${ownerId} order by voice_id)`

/** How a story was told. */
export interface Told {
  storyId: string
  narrationId: string
  storyVersion: number
  contentHash: string
  durationMs: number
}

/** What story knows of narrations and voices, as narration last told it. */
export const narrationNotes = ({ unit }: Pick<Kernel, 'unit'>) => ({
  noteNarration: ({ storyId, narrationId, storyVersion, contentHash, durationMs }: Told) =>
    unit().write({
      // Of a story that is gone nothing is noted.
      sql: `insert into story_narrations (story_id, narration_id, story_version, content_hash, duration_ms)
        select id, $2::uuid, $3::integer, $4, $5::integer from stories where id = $1
        on conflict (story_id) do update set narration_id = excluded.narration_id,
          story_version = excluded.story_version, content_hash = excluded.content_hash,
          duration_ms = excluded.duration_ms`,
      parameters: [storyId, narrationId, storyVersion, contentHash, durationMs],
    }),
  offerVoice: (ownerId: string, voiceId: string) =>
    unit().write({
      sql: 'insert into offered_voices (voice_id, owner_id) values ($1, $2) on conflict do nothing',
      parameters: [voiceId, ownerId],
    }),
  withdrawVoice: (voiceId: string) =>
    unit().write({ sql: 'delete from offered_voices where voice_id = $1', parameters: [voiceId] }),
  forget: (ownerId: string) =>
    unit().write({ sql: 'delete from offered_voices where owner_id = $1', parameters: [ownerId] }),
})
