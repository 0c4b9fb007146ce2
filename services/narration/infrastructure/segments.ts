import { placeOf, wholeNumber } from '#shared/application/page-values.ts'
import { pageOf } from '#shared/application/paging.ts'
import type { Kernel } from '#shared/infrastructure/kernel.ts'
import type {
  CastSegment,
  HeardSegment,
  SegmentChange,
  Segments,
  SegmentView,
  StoredSegment,
} from '../application/segment-ports.ts'
import type { Speech } from '../domain/speech.ts'
import type { Word } from '../domain/timing.ts'

const shape = `place integer, told text, told_emotion text, told_intensity integer, change jsonb, text text, character_id text, voice_id text, emotion text,
  intensity integer, pause_ms integer, chapter text, speech jsonb, speech_key text`
const columns = `place, told, told_emotion, told_intensity, change, text, character_id, voice_id, emotion, intensity, pause_ms, chapter, speech, speech_key`

// A place that says the same as before keeps when it is said, until the whole is joined anew.
const write = `insert into narration_segments (narration_id, ${columns})
  select $1::uuid, ${columns} from jsonb_to_recordset($2::jsonb) as s(${shape})
  on conflict (narration_id, place) do update set told = excluded.told,
    told_emotion = excluded.told_emotion, told_intensity = excluded.told_intensity, change = excluded.change, text = excluded.text,
    character_id = excluded.character_id, voice_id = excluded.voice_id, emotion = excluded.emotion,
    intensity = excluded.intensity, pause_ms = excluded.pause_ms, chapter = excluded.chapter, speech = excluded.speech,
    speech_key = excluded.speech_key, stale = false`

const drop = 'delete from narration_segments where narration_id = $1 and place >= $2'

const unsaid = `select s.speech_key as key, (array_agg(s.speech))[1] as speech, min(s.place) as place
  from narration_segments s join narrations n on n.id = s.narration_id
  left join speeches p on p.owner_id = n.user_id and p.speech_key = s.speech_key
  where s.narration_id = $1 and (p.state is distinct from 'ready')
  group by s.speech_key order by min(s.place) limit $2`

const mute = `select s.speech_key as key from narration_segments s join narrations n on n.id = s.narration_id
  join speeches p on p.owner_id = n.user_id and p.speech_key = s.speech_key and p.state = 'ready' and not p.encoded
  where s.narration_id = $1 group by s.speech_key order by min(s.place) limit $2`

const sounds = `select s.speech_key as key, p.duration_ms as "durationMs", s.pause_ms as "pauseMs", s.chapter
  from narration_segments s join narrations n on n.id = s.narration_id
  join speeches p on p.owner_id = n.user_id and p.speech_key = s.speech_key and p.state = 'ready'
  where s.narration_id = $1 order by s.place`

const place = `update narration_segments s set start_ms = t.start_ms, end_ms = t.end_ms
  from unnest($2::integer[], $3::integer[]) with ordinality as t(start_ms, end_ms, number),
    (select place, row_number() over (order by place) as number from narration_segments where narration_id = $1) o
  where s.narration_id = $1 and s.place = o.place and o.number = t.number`

const page = `select s.place as index, coalesce(p.state, '') as state, s.text, s.character_id as "characterId",
    s.voice_id as "voiceId", s.emotion, s.stale, s.start_ms as "startMs", s.end_ms as "endMs",
    coalesce(p.words, '[]') as words, coalesce(p.exact_words, false) as "exactWords",
    coalesce(p.duration_ms, 0) as "durationMs", coalesce(p.failure_reason, '') as "failureReason", s.speech_key as key,
    coalesce(p.encoded, false) as encoded
  from narration_segments s left join speeches p on p.owner_id = $2 and p.speech_key = s.speech_key
  where s.narration_id = $1 and s.place > $3 order by s.place limit $4`

const heard = `select s.place as index, s.text, s.character_id as "characterId", s.emotion, s.intensity,
    s.start_ms as "startMs", s.end_ms as "endMs", coalesce(p.words, '[]') as words
  from narration_segments s left join speeches p on p.owner_id = $2 and p.speech_key = s.speech_key
  where s.narration_id = $1 and s.place > $3 order by s.place limit $4`

const clean = (text: string): string => text.replaceAll('\0', '')

const rowOf = (segment: CastSegment, at: number) => ({
  place: at,
  told: clean(segment.told),
  told_emotion: segment.toldEmotion,
  told_intensity: segment.toldIntensity,
  change: segment.change ?? null,
  text: clean(segment.text),
  character_id: segment.characterId,
  voice_id: segment.voiceId,
  emotion: segment.emotion,
  intensity: segment.intensity,
  pause_ms: segment.pauseMs,
  chapter: segment.chapter,
  speech: segment.speech,
  speech_key: segment.key,
})

const statuses = { ready: 'done', unknown: 'unknown', failed: 'failed', asked: 'pending', '': 'pending' } as const

const wordsAt = (startMs: number, words: readonly Word[]): Word[] =>
  words.map((word) => ({ ...word, startMs: startMs + word.startMs, endMs: startMs + word.endMs }))

type HeardRow = HeardSegment & { [column: string]: unknown }
type PageRow = Omit<SegmentView, 'status'> & { state: keyof typeof statuses; [column: string]: unknown }

/** What narrations consist of, in Postgres. */
export const segmentRepository = ({ unit, database }: Pick<Kernel, 'unit' | 'database'>): Segments => ({
  replace: (narrationId, segments) => {
    unit().write({ sql: write, parameters: [narrationId, JSON.stringify(segments.map(rowOf))] })
    unit().write({ sql: drop, parameters: [narrationId, segments.length] })
  },
  update: (narrationId, at, segment) =>
    unit().write({ sql: write, parameters: [narrationId, JSON.stringify([rowOf(segment, at)])] }),
  find: async (narrationId, at) => {
    const [row] = await database.sql(
      `select place, told, told_emotion as "toldEmotion", told_intensity as "toldIntensity", change, text, character_id as "characterId", voice_id as "voiceId", emotion, intensity,
         pause_ms as "pauseMs", chapter, speech, speech_key as key
       from narration_segments where narration_id = $1 and place = $2`,
      narrationId,
      at,
    )
    return row && ({ ...row, change: row.change ?? undefined } as unknown as StoredSegment)
  },
  changes: (narrationId) =>
    database.sql<{ told: string; change: SegmentChange }>(
      'select told, change from narration_segments where narration_id = $1 and change is not null order by place',
      narrationId,
    ),
  told: async (narrationId) => {
    const rows = await database.sql<{ told: string }>(
      'select told from narration_segments where narration_id = $1 order by place',
      narrationId,
    )
    return rows.map(({ told }) => told)
  },
  markStale: (narrationId, places) =>
    unit().write({
      sql: `update narration_segments set stale = place = any($2::integer[]) where narration_id = $1
        and stale <> (place = any($2::integer[]))`,
      parameters: [narrationId, places],
    }),
  unsaid: async (narrationId, limit) => database.sql<{ key: string; speech: Speech }>(unsaid, narrationId, limit),
  mute: async (narrationId, limit) => {
    const rows = await database.sql<{ key: string }>(mute, narrationId, limit)
    return rows.map(({ key }) => key)
  },
  sounds: (narrationId) =>
    database.sql<{ key: string; durationMs: number; pauseMs: number; chapter: string }>(sounds, narrationId),
  place: (narrationId, spans) =>
    unit().write({
      sql: place,
      parameters: [narrationId, spans.map(({ startMs }) => startMs), spans.map(({ endMs }) => endMs)],
    }),
  page: async (narrationId, ownerId, { size, token }) => {
    const [after] = placeOf(token, 1) ?? [-1]
    const rows = await database.sql<PageRow>(page, narrationId, ownerId, wholeNumber(after), size + 1)
    const { items, nextPageToken } = pageOf(rows, size, ({ index }) => [index])
    const viewOf = ({ state, ...row }: PageRow): SegmentView => ({
      ...row,
      status: statuses[state],
      words: wordsAt(row.startMs, row.words),
    })
    return { items: items.map(viewOf), nextPageToken }
  },
  heard: async (narrationId, ownerId, { size, token }) => {
    const [after] = placeOf(token, 1) ?? [-1]
    const rows = await database.sql<HeardRow>(heard, narrationId, ownerId, wholeNumber(after), size + 1)
    const { items, nextPageToken } = pageOf(rows, size, ({ index }) => [index])
    return { items: items.map((row) => ({ ...row, words: wordsAt(row.startMs, row.words) })), nextPageToken }
  },
})
