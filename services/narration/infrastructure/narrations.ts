import { decodeTimePosition, pageOf } from '#shared/application/paging.ts'
import type { Kernel } from '#shared/infrastructure/kernel.ts'
import { keepLiving } from '#shared/infrastructure/personal/living.ts'
import type { Narrations } from '../application/ports.ts'
import { narrationNotFound, StoryNarration } from '../domain/narration.ts'

const firstPage = `user_id = $1 and ($2::uuid is null or story_id = $2) order by updated_at desc, id desc limit $3`
const nextPage = `user_id = $1 and ($2::uuid is null or story_id = $2)
  and (updated_at, id) < ($4::timestamptz, $5::uuid) order by updated_at desc, id desc limit $3`

/** The narrations in Postgres, within the unit of work being run. */
export const narrationRepository = ({ unit, database }: Pick<Kernel, 'unit' | 'database'>): Narrations => ({
  find: (id) => unit().find(StoryNarration, id),
  getOwn: async (userId, id) => {
    const narration = await unit().find(StoryNarration, id)
    if (narration?.userId !== userId) throw narrationNotFound()
    return narration
  },
  ofStory: async (storyId) => {
    const [narration] = await unit().select(StoryNarration, 'story_id = $1', storyId)
    return narration
  },
  ofUser: (userId, limit) => unit().select(StoryNarration, 'user_id = $1 order by id limit $2', userId, limit),
  list: async (userId, storyId, { size, token }) => {
    const place = decodeTimePosition(token)
    const values = [userId, storyId || null, size + 1]
    const rows = place
      ? await unit().select(StoryNarration, nextPage, ...values, place.time, place.id)
      : await unit().select(StoryNarration, firstPage, ...values)
    return pageOf(rows, size, ({ updatedAt, id }) => [updatedAt.getTime(), id])
  },
  isPresent: async (id, runId) => {
    const rows = await database.sql(
      `select from narrations where id = $1 and run_id = $2 and status in ('pending', 'processing')`,
      id,
      runId,
    )
    return rows.length > 0
  },
  add: (narration) => {
    keepLiving(unit(), narration.userId)
    unit().add(narration)
  },
  remove: (narration) => unit().remove(narration),
})
