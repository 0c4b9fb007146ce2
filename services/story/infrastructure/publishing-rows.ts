import type { PublishingView } from '../application/views.ts'

/** A publishing as Postgres gives it: a row, or the JSON of one, where moments are text. */
export type PublishingRow = Omit<PublishingView, 'startedAt' | 'finishedAt'> & {
  startedAt: Date | string
  finishedAt: Date | string | null
}

/** The latest publishing of the story whose id the SQL expression gives. */
export const latestPublishing = (storyId: string) => `select id, story_id as "storyId", story_version as "storyVersion",
    status, failure_reason as "failureReason", with_film as "withFilm", narration_id as "narrationId",
    video_job_id as "videoJobId", started_at as "startedAt", finished_at as "finishedAt"
  from publishings where story_id = ${storyId} order by started_at desc, id desc limit 1`

/** The publishing of a row. */
export const publishingOf = (row: PublishingRow): PublishingView => ({
  ...row,
  startedAt: new Date(row.startedAt),
  finishedAt: row.finishedAt === null ? undefined : new Date(row.finishedAt),
})
