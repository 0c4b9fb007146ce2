import type { Database } from '#shared/infrastructure/database.ts'
import type { UnitOfWork } from '#shared/infrastructure/unit-of-work.ts'
import type { Holds, Untold } from '../application/ports.ts'
import { Hold } from '../domain/hold.ts'

/** As many as one commit takes together, nearly. */
const atOnce = 50

export const createHolds = (database: Database, unit: () => UnitOfWork): Holds => ({
  find: (reservationId) => unit().find(Hold, reservationId),
  findAll: (reservationIds) => unit().select(Hold, 'id = any($1::uuid[])', reservationIds),
  add: (hold) => unit().add(hold),
  lapsing: async (now, seen, eventId) => {
    const rows = await database.sql<{ id: string }>(
      `select id from holds where status = 'HELD' and expires_at <= $1 and ($3::uuid is null or event_id = $3)
         and id <> all($2::uuid[]) order by expires_at limit ${atOnce}`,
      now,
      seen,
      eventId ?? null,
    )
    return rows.map(({ id }) => id)
  },
})

export const createUntold = (database: Database, unit: () => UnitOfWork, onChanged: () => void): Untold => ({
  events: async (seen) => {
    const rows = await database.sql<{ id: string }>(
      `select distinct event_id as id from untold where event_id <> all($1::uuid[]) limit ${atOnce}`,
      seen,
    )
    return rows.map(({ id }) => id)
  },
  marks: async (eventId) => {
    const rows = await database.sql<{ mark: number }>('select mark from untold where event_id = $1', eventId)
    return rows.map(({ mark }) => mark)
  },
  mark: (eventId) => {
    unit().write({ sql: 'insert into untold (event_id) values ($1)', parameters: [eventId] })
    unit().afterCommit.push(onChanged)
  },
  settle: (eventId, marks) =>
    unit().write({
      sql: 'delete from untold where event_id = $1 and mark = any($2::bigint[])',
      parameters: [eventId, marks],
    }),
})

/**
 * Takes a person's id off holds and off the events that were theirs, with what is counted left as it is; their places in
 * lines and their entries of waiting lists, which hold nothing any more, go.
 */
export const forgetPerson = (unit: () => UnitOfWork) => (userId: string) => {
  unit().write({ sql: 'update holds set user_id = null where user_id = $1', parameters: [userId] })
  unit().write({ sql: 'update inventories set organizer_id = null where organizer_id = $1', parameters: [userId] })
  unit().write({ sql: 'delete from queue_places where user_id = $1', parameters: [userId] })
  unit().write({ sql: 'delete from waiting_list where user_id = $1', parameters: [userId] })
}
