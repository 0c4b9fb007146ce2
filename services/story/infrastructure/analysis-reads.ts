import { placeOf, uuidValue, wholeNumber } from '#shared/application/page-values.ts'
import { pageOf } from '#shared/application/paging.ts'
import type { Kernel } from '#shared/infrastructure/kernel.ts'
import type { AnalysisReads, EmotionView, SegmentView } from '../application/views.ts'
import type { Segment } from '../domain/analysis.ts'
import { type Character, characterNamed } from '../domain/cast.ts'
import { type AnalysisRow, analysisColumns, analysisRecord } from './analysis-rows.ts'
import { characterColumns } from './casts.ts'

const analysis = `select ${analysisColumns('a')}, a.segments, (
    select jsonb_agg(jsonb_build_object('id', c.id, 'foundKeys', c.found_keys)) from story_characters c
    where c.story_id = a.story_id and c.content_hash = a.content_hash and c.found_keys <> '{}'
  ) as cast
  from story_analyses a where a.story_id = $1 and (a.content_hash = $2 or $3)
  order by a.content_hash = $2 desc, a.started_at desc limit 1`

const characters = `select ${characterColumns} from story_characters
  where story_id = $1 and content_hash = $2 and (mentions < $3 or mentions = $3 and id > $4::uuid)
  order by mentions desc, id limit $5`

const emotions = `select place, id, emotion, intensity, quote, segment_index as "segmentIndex" from story_emotions
  where story_id = $1 and content_hash = $2 and place > $3 order by place limit $4`

type StoredSegment = Pick<Segment, 'kind' | 'text'> & { speaker?: string }
type DetailedRow = AnalysisRow & {
  segments: StoredSegment[] | null
  cast: Pick<Character, 'id' | 'foundKeys'>[] | null
}

/** Looks each name up once: a story has many segments and few speakers. */
const segmentsOf = ({ segments, cast }: DetailedRow): SegmentView[] => {
  const ids = new Map<string, string>()
  const idOf = (speaker: string): string => {
    const known = ids.get(speaker)
    if (known !== undefined) return known
    const id = characterNamed(cast ?? [], speaker)?.id ?? ''
    ids.set(speaker, id)
    return id
  }
  return (segments ?? []).map(({ kind, text, speaker }, index) => ({
    index,
    kind,
    text,
    speakerId: speaker === undefined ? '' : idOf(speaker),
  }))
}

const nobody = '00000000-0000-0000-0000-000000000000'

/** What analyses found, from Postgres. */
export const analysisReads = ({ database }: Pick<Kernel, 'database'>): AnalysisReads => ({
  analysis: async ({ storyId, contentHash, isAuthor }) => {
    const [row] = await database.sql<DetailedRow>(analysis, storyId, contentHash, isAuthor)
    return row && { ...analysisRecord(row), segments: segmentsOf(row) }
  },
  characters: async ({ storyId, analysedHash }, { size, token }) => {
    const [mentions, id] = placeOf(token, 2) ?? [2 ** 31 - 1, nobody]
    const rows = await database.sql<Character & { [column: string]: unknown }>(
      characters,
      storyId,
      analysedHash,
      wholeNumber(mentions),
      uuidValue(id),
      size + 1,
    )
    return pageOf(rows, size, (last) => [last.mentions, last.id])
  },
  emotions: async ({ storyId, analysedHash }, { size, token }) => {
    const [after] = placeOf(token, 1) ?? [-1]
    const rows = await database.sql<EmotionView & { place: number; [column: string]: unknown }>(
      emotions,
      storyId,
      analysedHash,
      wholeNumber(after),
      size + 1,
    )
    return pageOf(rows, size, ({ place }) => [place])
  },
})
