import type { Database } from '#shared/infrastructure/database.ts'
import { type FollowUp, startFollowUp } from '#shared/infrastructure/follow-up.ts'
import type { Logger } from '#shared/infrastructure/telemetry/logger.ts'

interface Parts {
  database: Database
  log: Logger
  withdrawCancelled(signal: AbortSignal): Promise<void>
}

const isLeft = `select exists (select from events e join reservations r on r.event_id = e.id
  where e.is_cancelled and r.status in ('PENDING', 'CONFIRMED') and r.cancel_reason is null) as left`

/** What booking does by itself: cancels what there is of events that do not take place. */
export const createDueWork = ({ database, log, withdrawCancelled }: Parts) => {
  let withdrawing: FollowUp | undefined
  return {
    start: () => {
      withdrawing = startFollowUp(log, 'withdraw', withdrawCancelled)
    },
    stop: async () => {
      await withdrawing?.stop()
    },
    nextDue: async () => undefined,
    /** Who asks waits for it: what is due is not left to the next look. */
    isQuiet: async (): Promise<boolean> => {
      const [row] = await database.sql<{ left: boolean }>(isLeft)
      if (row?.left) withdrawing?.wake()
      return !row?.left
    },
  }
}
