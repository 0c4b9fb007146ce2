import type { Kernel } from '#shared/infrastructure/kernel.ts'
import type { Presence } from '../application/ports.ts'

/** Two heartbeats and a half. */
const lease = `interval '25 seconds'`

const note = `insert into presence (watcher, session_id, who) values ($1, $2, $3)
  on conflict (watcher) do update set seen_at = now()`

/** Who follows sessions, in Postgres. */
export const presenceRows = ({ database }: Pick<Kernel, 'database'>): Presence => ({
  note: async (sessionId, who, watcher) => {
    await database.sql(note, watcher, sessionId, who)
    await database.sql(`delete from presence where seen_at < now() - ${lease}`)
  },
  leave: async (watcher) => {
    await database.sql('delete from presence where watcher = $1', watcher)
  },
  of: async (sessionId) => {
    const rows = await database.sql<{ who: string }>(
      `select distinct who::text from presence where session_id = $1 and seen_at > now() - ${lease}`,
      sessionId,
    )
    return new Set(rows.map(({ who }) => who))
  },
})
