import type { Kernel } from '#shared/infrastructure/kernel.ts'
import { keepLiving } from '#shared/infrastructure/personal/living.ts'
import type { Invitations } from '../application/ports.ts'
import { Invitation } from '../domain/invitation.ts'
import { newestFirst } from './pages.ts'

const due = `select id from invitations where status = 'pending' and expires_at <= $1 and id <> all($2::uuid[])
  order by expires_at limit 50`

/** The invitations in Postgres, within the unit of work being run. */
export const invitationRepository = ({ unit, database }: Pick<Kernel, 'unit' | 'database'>): Invitations => ({
  find: (id) => unit().find(Invitation, id),
  open: (sessionId) =>
    unit().select(
      Invitation,
      `session_id = $1 and status in ('pending', 'accepted') order by created_at, id`,
      sessionId,
    ),
  ofMember: async (sessionId, userId) => {
    const [invitation] = await unit().select(
      Invitation,
      `session_id = $1 and user_id = $2 and status = 'accepted'`,
      sessionId,
      userId,
    )
    return invitation
  },
  ofUser: (userId, limit) => unit().select(Invitation, 'user_id = $1 order by id limit $2', userId, limit),
  list: (sessionId, page) =>
    newestFirst((where, ...values) => unit().select(Invitation, where, ...values), page, 'session_id = $1', sessionId),
  due: async (now, seen) => {
    const rows = await database.sql<{ id: string }>(due, now, seen)
    return rows.map(({ id }) => id)
  },
  add: (invitation) => {
    keepLiving(unit(), invitation.hostId)
    unit().add(invitation)
  },
  keepMember: (userId) => keepLiving(unit(), userId),
})
