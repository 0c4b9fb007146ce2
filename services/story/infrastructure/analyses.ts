import type { Kernel } from '#shared/infrastructure/kernel.ts'
import type { Analysis, FoundCharacter } from '../domain/analysis.ts'
import type { Analyses, AnalysisRecord } from '../domain/ports.ts'
import { type AnalysisRow, analysisColumns, analysisRecord } from './analysis-rows.ts'

const start = `insert into story_analyses (story_id, content_hash, story_version, language, status, progress, stage, engine,
    themes, summary, failure_reason, started_at)
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
  on conflict (story_id, content_hash) do update set story_version = excluded.story_version,
    language = excluded.language, status = excluded.status, progress = excluded.progress, stage = excluded.stage,
    engine = excluded.engine, themes = excluded.themes, summary = excluded.summary,
    failure_reason = excluded.failure_reason, started_at = excluded.started_at, finished_at = null`

// When it was started tells one attempt from another at the same text.
const attempt = `story_id = $1 and content_hash = $2 and started_at = $3`

const progress = `update story_analyses set progress = $4, stage = $5 where ${attempt} and status = 'running'`

const complete = `update story_analyses set status = 'completed', progress = 1, stage = 'done', segments = $4::jsonb,
    characters = $5::jsonb, emotion_count = $6, themes = $7, summary = $8, finished_at = $9
  where ${attempt}`

const fail = `update story_analyses set status = 'failed', failure_reason = $4, finished_at = $5 where ${attempt}`

// The story, and with it the analysis, may have gone meanwhile.
const addEmotions = `insert into story_emotions (story_id, content_hash, place, id, emotion, intensity, quote, segment_index)
  select a.story_id, a.content_hash, e.place, e.id, e.emotion, e.intensity, e.quote, e.segment_index
  from jsonb_to_recordset($4::jsonb)
    as e(place integer, id uuid, emotion text, intensity integer, quote text, segment_index integer),
    (select story_id, content_hash from story_analyses where ${attempt}) a
  on conflict (story_id, content_hash, place) do update set emotion = excluded.emotion,
    intensity = excluded.intensity, quote = excluded.quote, segment_index = excluded.segment_index`

const dropEmotions = `delete from story_emotions where place >= $4
  and (story_id, content_hash) in (select story_id, content_hash from story_analyses where ${attempt})`

const clean = (text: string): string => text.replaceAll('\0', '')

/** As it may be stored: JSON in Postgres knows no U+0000. */
const json = (value: unknown): string =>
  JSON.stringify(value, (_, part) => (typeof part === 'string' ? clean(part) : part))

const emotionRows = (found: Analysis, next: () => string) =>
  found.emotions
    .filter(({ segmentIndex }) => segmentIndex >= 0 && segmentIndex < found.segments.length)
    .map(({ emotion, intensity, quote, segmentIndex }, place) => ({
      place,
      id: next(),
      emotion,
      intensity: Math.min(10, Math.max(1, Math.round(intensity))),
      quote,
      segment_index: segmentIndex,
    }))

const keyOf = ({ storyId, contentHash, startedAt }: AnalysisRecord) => [storyId, contentHash, startedAt]

/** Analyses in Postgres, within the unit of work being run. */
export const analysisRepository = ({
  unit,
  database,
  changes,
}: Pick<Kernel, 'unit' | 'database' | 'changes'>): Analyses => {
  const notify = ({ storyId }: AnalysisRecord) => unit().afterCommit.push(() => changes.notify(storyId))
  return {
    find: async (storyId, contentHash) => {
      const [row] = await database.sql<AnalysisRow>(
        `select ${analysisColumns('a')} from story_analyses a where story_id = $1 and content_hash = $2`,
        storyId,
        contentHash,
      )
      return row && analysisRecord(row)
    },
    findings: async (storyId, contentHash) => {
      const [row] = await database.sql<{ characters: FoundCharacter[]; segments: number; emotions: number }>(
        `select characters, jsonb_array_length(segments) as segments, emotion_count as emotions from story_analyses
         where story_id = $1 and content_hash = $2 and status = 'completed'`,
        storyId,
        contentHash,
      )
      return { characters: row?.characters ?? [], segmentCount: row?.segments ?? 0, emotionCount: row?.emotions ?? 0 }
    },
    start: (record) => {
      const { storyId, contentHash, storyVersion, language, status, stage, engine, themes, summary } = record
      const text = [storyId, contentHash, storyVersion, language]
      const state = [status, record.progress, stage, engine, themes, summary, record.failureReason, record.startedAt]
      unit().write({ sql: start, parameters: [...text, ...state] })
    },
    progress: async (record, fraction, stage) => {
      await database.sql(progress, ...keyOf(record), Math.min(1, Math.max(0, fraction)), stage)
      changes.notify(record.storyId)
    },
    complete: (record, found, at) => {
      const segments = found.segments.map(({ kind, text, speaker }) => ({ kind, text, speaker }))
      const emotions = emotionRows(found, () => unit().next())
      const details = [json(segments), json(found.characters), emotions.length, found.themes.map(clean)]
      unit().write({ sql: complete, parameters: [...keyOf(record), ...details, clean(found.summary), at] })
      unit().write({ sql: addEmotions, parameters: [...keyOf(record), json(emotions)] })
      unit().write({ sql: dropEmotions, parameters: [...keyOf(record), emotions.length] })
      notify(record)
    },
    fail: (record, reason, at) => {
      unit().write({ sql: fail, parameters: [...keyOf(record), clean(reason).slice(0, 2000), at] })
      notify(record)
    },
  }
}
