import type { AnalysisRecord, AnalysisStatus } from '../domain/ports.ts'

/** The columns of story_analyses without what was found in detail. */
export const analysisColumns = (table: string): string =>
  `${table}.story_id as "storyId", ${table}.content_hash as "contentHash", ${table}.story_version as "storyVersion",
   ${table}.language, ${table}.status, ${table}.progress, ${table}.stage, ${table}.engine, ${table}.themes,
   ${table}.summary, ${table}.failure_reason as "failureReason", ${table}.started_at as "startedAt",
   ${table}.finished_at as "finishedAt"`

export interface AnalysisRow {
  [column: string]: unknown
  storyId: string
  contentHash: string | null
  storyVersion: number
  language: string
  status: AnalysisStatus
  progress: number
  stage: string
  engine: string
  themes: string[]
  summary: string
  failureReason: string
  startedAt: Date
  finishedAt: Date | null
}

export const analysisRecord = (row: AnalysisRow): AnalysisRecord => ({
  storyId: row.storyId,
  contentHash: row.contentHash ?? '',
  storyVersion: row.storyVersion,
  language: row.language,
  status: row.status,
  progress: row.progress,
  stage: row.stage,
  engine: row.engine,
  themes: row.themes,
  summary: row.summary,
  failureReason: row.failureReason,
  startedAt: row.startedAt,
  finishedAt: row.finishedAt ?? undefined,
})
