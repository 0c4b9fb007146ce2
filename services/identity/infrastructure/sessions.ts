import type { UnitOfWork } from '#shared/infrastructure/unit-of-work.ts'
import { Session, type Sessions } from '../domain/session.ts'

const sessionsKept = 100
const live = 'user_id = $1 and ended_at is null and expires_at > $2'
const lastUsedFirst = 'order by last_used_at desc, id desc'

/** The sessions in the database. */
export const createSessions = (unit: () => UnitOfWork): Sessions => ({
  find: (id) => unit().find(Session, id),
  liveOf: (userId, now) => unit().select(Session, `${live} ${lastUsedFirst} limit ${sessionsKept}`, userId, now),
  page: (userId, now, limit, after) =>
    after
      ? unit().select(
          Session,
          `${live} and (last_used_at, id) < ($3::timestamptz, $4::uuid) ${lastUsedFirst} limit $5`,
          userId,
          now,
          after.time,
          after.id,
          limit,
        )
      : unit().select(Session, `${live} ${lastUsedFirst} limit $3`, userId, now, limit),
  add: (session, now) => {
    unit().add(session)
    unit().write({
      sql: `update sessions set expires_at = $2, revision = revision + 1
        where id in (select id from sessions where ${live} ${lastUsedFirst} offset ${sessionsKept - 1})`,
      parameters: [session.userId, now],
    })
  },
  keep: ({ id }) =>
    unit().writeRows({ sql: 'select 1 from sessions where id = $1 and ended_at is null for share', parameters: [id] }),
})
