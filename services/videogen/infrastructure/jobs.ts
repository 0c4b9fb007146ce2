import { decodeTimePosition, pageOf } from '#shared/application/paging.ts'
import type { Kernel } from '#shared/infrastructure/kernel.ts'
import { keepLiving } from '#shared/infrastructure/personal/living.ts'
import type { Jobs } from '../application/ports.ts'
import { VideoJob, videoJobNotFound } from '../domain/video-job.ts'

const alike = 'user_id = $1 and cache_key = $2'
const running = `${alike} and status in ('queued', 'processing') limit 1`
const finished = `${alike} and status = 'completed' order by completed_at desc, id desc limit 1`
const anyOf = `user_id = $1 and content_hash = $2 and sound_blob = $3 and status = 'completed'
  order by completed_at desc, id desc limit 1`
const shown = `story_id = $1 and content_hash = $3 and story_version <= $2 and status = 'completed'
  order by completed_at desc, id desc limit 1`

const firstPage = `user_id = $1 and ($2::uuid is null or story_id = $2) order by created_at desc, id desc limit $3`
const nextPage = `user_id = $1 and ($2::uuid is null or story_id = $2)
  and (created_at, id) < ($4::timestamptz, $5::uuid) order by created_at desc, id desc limit $3`

/** The films in Postgres, within the unit of work being run. */
export const jobRepository = ({ unit, database }: Pick<Kernel, 'unit' | 'database'>): Jobs => {
  const first = async (where: string, ...values: unknown[]) => (await unit().select(VideoJob, where, ...values))[0]
  return {
    find: (id) => unit().find(VideoJob, id),
    getOwn: async (userId, id) => {
      const job = await unit().find(VideoJob, id)
      if (job?.userId !== userId) throw videoJobNotFound()
      return job
    },
    running: (userId, cacheKey) => first(running, userId, cacheKey),
    finished: (userId, cacheKey) => first(finished, userId, cacheKey),
    countAlike: async (userId, cacheKey) => {
      const [row] = await database.sql<{ count: number }>(
        `select count(*) from video_jobs where ${alike}`,
        userId,
        cacheKey,
      )
      return row?.count ?? 0
    },
    anyOf: (userId, { contentHash, soundBlob }) => first(anyOf, userId, contentHash, soundBlob),
    shown: (storyId, version, contentHash) => first(shown, storyId, version, contentHash),
    ofStory: (storyId) => unit().select(VideoJob, 'story_id = $1 order by id', storyId),
    ofUser: (userId, limit) => unit().select(VideoJob, 'user_id = $1 order by id limit $2', userId, limit),
    list: async (userId, storyId, { size, token }) => {
      const place = decodeTimePosition(token)
      const values = [userId, storyId || null, size + 1]
      const rows = place
        ? await unit().select(VideoJob, nextPage, ...values, place.time, place.id)
        : await unit().select(VideoJob, firstPage, ...values)
      return pageOf(rows, size, ({ createdAt, id }) => [createdAt.getTime(), id])
    },
    isPresent: async (id, runId) => {
      const rows = await database.sql(
        `select from video_jobs where id = $1 and run_id = $2 and status in ('queued', 'processing')`,
        id,
        runId,
      )
      return rows.length > 0
    },
    add: (job) => {
      keepLiving(unit(), job.userId)
      unit().add(job)
    },
    remove: (job) => unit().remove(job),
  }
}
