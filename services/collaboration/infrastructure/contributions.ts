import type { Kernel } from '#shared/infrastructure/kernel.ts'
import { keepLiving } from '#shared/infrastructure/personal/living.ts'
import type { Contributions } from '../application/ports.ts'
import { VoiceContribution } from '../domain/contribution.ts'
import { newestFirst } from './pages.ts'

/** The recordings in Postgres, within the unit of work being run. */
export const contributionRepository = ({ unit, database }: Pick<Kernel, 'unit' | 'database'>): Contributions => ({
  find: (id) => unit().find(VoiceContribution, id),
  waiting: async (participantId) => {
    const [row] = await database.sql<{ count: number }>(
      `select count(*) from contributions where participant_id = $1 and status = 'pending'`,
      participantId,
    )
    return row?.count ?? 0
  },
  ofParticipant: (participantId) =>
    database.sql<{ id: string; isApproved: boolean }>(
      `select id, status = 'approved' as "isApproved" from contributions where participant_id = $1`,
      participantId,
    ),
  list: (sessionId, participantId, page) =>
    newestFirst(
      (where, ...values) => unit().select(VoiceContribution, where, ...values),
      page,
      'session_id = $1 and ($2::uuid is null or participant_id = $2)',
      sessionId,
      participantId ?? null,
    ),
  add: (contribution, userId) => {
    if (userId) keepLiving(unit(), userId)
    unit().add(contribution)
  },
  removeThose: (ids) => {
    if (ids.length === 0) return
    unit().write({ sql: 'delete from contributions where id = any($1::uuid[])', parameters: [ids] })
  },
  removeOfSession: (sessionId) =>
    unit().write({ sql: 'delete from contributions where session_id = $1', parameters: [sessionId] }),
})
