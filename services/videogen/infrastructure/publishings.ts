import type { Kernel } from '#shared/infrastructure/kernel.ts'
import type { Awaited, Publishings } from '../application/ports.ts'

const columns = `coalesce(job_id::text, '') as "jobId", is_own as "isOwn", is_abandoned as "isAbandoned"`
// Whoever comes second with the same one begins anew, and sees it.
const insert = `insert into publishings (publishing_id, job_id, is_own, is_abandoned, created_at) values ($1, $2, $3, $4, $5)`

/** Which publishing waits for which film, in Postgres. */
export const publishingRows = ({
  unit,
  database,
  clock,
}: Pick<Kernel, 'unit' | 'database' | 'clock'>): Publishings => ({
  find: async (id) => {
    const [row] = await database.sql(`select ${columns} from publishings where publishing_id = $1`, id)
    return row as { jobId: string; isOwn: boolean; isAbandoned: boolean } | undefined
  },
  note: (id, jobId, isOwn) => unit().write({ sql: insert, parameters: [id, jobId, isOwn, false, clock.now()] }),
  abandon: (id, isKnown) =>
    unit().write(
      isKnown
        ? { sql: 'update publishings set is_abandoned = true where publishing_id = $1', parameters: [id] }
        : { sql: insert, parameters: [id, null, false, true, clock.now()] },
    ),
})

/** Which films wait for voices, in Postgres. */
export const awaitedRows = ({ unit, database }: Pick<Kernel, 'unit' | 'database'>): Awaited => ({
  add: (storyId, userId) =>
    unit().write({
      sql: 'insert into awaited_films (story_id, user_id) values ($1, $2) on conflict do nothing',
      parameters: [storyId, userId],
    }),
  find: async (storyId) => {
    const [row] = await database.sql('select user_id as "userId" from awaited_films where story_id = $1', storyId)
    return row as { userId: string } | undefined
  },
  remove: (storyId) => unit().write({ sql: 'delete from awaited_films where story_id = $1', parameters: [storyId] }),
  ofUser: async (userId) => {
    const rows = await database.sql<{ id: string }>(
      'select story_id::text as id from awaited_films where user_id = $1',
      userId,
    )
    return rows.map(({ id }) => id)
  },
})
