import type { Kernel } from '#shared/infrastructure/kernel.ts'
import { keepLiving } from '#shared/infrastructure/personal/living.ts'
import type { Publishings, Recordings } from '../application/ports.ts'
import type { RecordedLine } from '../domain/recorded.ts'

const drop = 'delete from recorded_lines where story_id = $1 and character_id = $2 and place >= $3'

const write = `insert into recorded_lines (story_id, character_id, place, session_id, owner_id, speaker_id, text, blob, start_ms, end_ms)
  select $1, $2, l.place - 1, $3, $4, $5, l.text, l.blob, l.start_ms, l.end_ms
  from unnest($6::text[], $7::text[], $8::integer[], $9::integer[]) with ordinality as l(text, blob, start_ms, end_ms, place)
  on conflict (story_id, character_id, place) do update set session_id = excluded.session_id,
    owner_id = excluded.owner_id, speaker_id = excluded.speaker_id, text = excluded.text, blob = excluded.blob,
    start_ms = excluded.start_ms, end_ms = excluded.end_ms`

const storiesOf = `select h.story_id as "storyId", h.owner_id as "ownerId" from (
    select story_id, owner_id from recorded_lines where speaker_id = $1
    union
    select n.story_id, n.user_id from speeches p join narration_segments s on s.speech_key = p.speech_key
      join narrations n on n.id = s.narration_id and n.user_id = p.owner_id
    where p.speaker_id = $1
  ) h where h.story_id > $2::uuid order by h.story_id limit $3`

/** Recorded lines in Postgres. */
export const recordingRepository = ({ unit, database }: Pick<Kernel, 'unit' | 'database'>): Recordings => {
  const forget = (column: string, id: string) =>
    unit().write({ sql: `delete from recorded_lines where ${column} = $1`, parameters: [id] })
  return {
    of: (storyId) =>
      database.sql<RecordedLine & { [column: string]: unknown }>(
        `select character_id as "characterId", coalesce(speaker_id::text, '') as "speakerId", text, blob, start_ms as "startMs", end_ms as "endMs" from recorded_lines
       where story_id = $1 order by character_id, place`,
        storyId,
      ),
    replace: ({ sessionId, storyId, ownerId, characterId, speakerId }, lines) => {
      keepLiving(unit(), ownerId)
      if (speakerId) keepLiving(unit(), speakerId)
      unit().write({ sql: drop, parameters: [storyId, characterId, lines.length] })
      const of = <K extends keyof RecordedLine>(key: K) => lines.map((line) => line[key])
      const columns = [of('text').map((text) => text.replaceAll('\0', '')), of('blob'), of('startMs'), of('endMs')]
      unit().write({
        sql: write,
        parameters: [storyId, characterId, sessionId, ownerId, speakerId || null, ...columns],
      })
    },
    storiesOf: (speakerId, after, limit) =>
      database.sql<{ storyId: string; ownerId: string }>(storiesOf, speakerId, after, limit),
    forgetSpeaker: (storyId, speakerId) =>
      unit().write({
        sql: 'delete from recorded_lines where story_id = $1 and speaker_id = $2',
        parameters: [storyId, speakerId],
      }),
    forgetSession: (sessionId) => forget('session_id', sessionId),
    forgetStory: (storyId) => forget('story_id', storyId),
    forgetOwner: (ownerId) => forget('owner_id', ownerId),
  }
}

/** Publications that asked for a narration, in Postgres. */
export const publishingRows = ({
  unit,
  database,
  clock,
}: Pick<Kernel, 'unit' | 'database' | 'clock'>): Publishings => ({
  find: async (publishingId) => {
    const [row] = await database.sql<{ narrationId: string; runId: string; isOver: boolean }>(
      `select narration_id as "narrationId", run_id as "runId", is_over as "isOver" from publishings
       where publishing_id = $1`,
      publishingId,
    )
    return row
  },
  note: (publishingId, { narrationId, runId, isOver }) =>
    unit().writeRows({
      // One that is over stays so: then nothing is written, and the unit is run again.
      sql: `insert into publishings (publishing_id, narration_id, run_id, is_over, noted_at)
        values ($1, $2, $3, $4, $5) on conflict (publishing_id) do update set narration_id = excluded.narration_id,
          run_id = excluded.run_id, is_over = excluded.is_over, noted_at = excluded.noted_at
        where not publishings.is_over or excluded.is_over returning 1`,
      parameters: [publishingId, narrationId, runId, isOver, clock.now()],
    }),
})
