import type { Kernel } from '#shared/infrastructure/kernel.ts'
import { keepLiving } from '#shared/infrastructure/personal/living.ts'
import type { Sessions } from '../application/ports.ts'
import { CollaborationSession } from '../domain/session.ts'
import { newestFirst } from './pages.ts'

const insertLines = `insert into session_lines (session_id, place, character_id, text)
  select $1::uuid, place, character_id, text
  from jsonb_to_recordset($2::jsonb) as l(place integer, character_id uuid, text text)`

const seenBy = `(host_id = $1 or id in (select session_id from invitations where user_id = $1 and status = 'accepted'))`

const due = `select id from sessions where status = 'active' and expires_at <= $1 and id <> all($2::uuid[])
  order by expires_at limit 50`

/** The sessions in Postgres, within the unit of work being run. */
export const sessionRepository = ({ unit, database }: Pick<Kernel, 'unit' | 'database'>): Sessions => ({
  find: (id) => unit().find(CollaborationSession, id),
  activeOf: async (storyId) => {
    const [session] = await unit().select(CollaborationSession, `story_id = $1 and status = 'active'`, storyId)
    return session
  },
  ofHost: (userId, limit) => unit().select(CollaborationSession, 'host_id = $1 order by id limit $2', userId, limit),
  list: (userId, page) =>
    newestFirst((where, ...values) => unit().select(CollaborationSession, where, ...values), page, seenBy, userId),
  due: async (now, seen) => {
    const rows = await database.sql<{ id: string }>(due, now, seen)
    return rows.map(({ id }) => id)
  },
  add: (session, lines) => {
    keepLiving(unit(), session.hostId)
    unit().add(session)
    const rows = lines.map(({ place, characterId, text }) => ({ place, character_id: characterId, text }))
    unit().write({ sql: insertLines, parameters: [session.id, JSON.stringify(rows)] })
  },
  remove: (id) => unit().write({ sql: 'delete from sessions where id = $1', parameters: [id] }),
})
