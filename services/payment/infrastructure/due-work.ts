import type { Database } from '#shared/infrastructure/database.ts'
import { type FollowUp, startFollowUp } from '#shared/infrastructure/follow-up.ts'
import type { Logger } from '#shared/infrastructure/telemetry/logger.ts'

interface Parts {
  database: Database
  log: Logger
  followUp(signal: AbortSignal): Promise<void>
  /** Sends what the sandbox has to report. */
  sendReports: ((signal: AbortSignal) => Promise<void>) | undefined
}

const undecided = `select next_check_at as at from payments union all select next_check_at from refunds
  union all select next_check_at from payouts union all select due_at from sandbox_reports`

/** What payment does by itself: asks providers until they say; and what its sandbox does, which nobody else would. */
export const createDueWork = ({ database, log, followUp, sendReports }: Parts) => {
  const running: FollowUp[] = []
  return {
    wake: () => {
      for (const each of running) each.wake()
    },
    start: () => {
      running.push(startFollowUp(log, 'follow', followUp))
      if (sendReports) running.push(startFollowUp(log, 'report', sendReports))
    },
    stop: async () => {
      await Promise.all(running.map((each) => each.stop()))
    },
    nextDue: async (): Promise<Date | undefined> => {
      const [row] = await database.sql<{ due: Date | null }>(`select min(at) as due from (${undecided}) u`)
      return row?.due ?? undefined
    },
    /** Who asks waits for it: what is due is not left to the next look. */
    isQuiet: async (now: Date): Promise<boolean> => {
      const [row] = await database.sql<{ due: boolean }>(
        `select exists (select from (${undecided}) u where at <= $1) as due`,
        now,
      )
      if (row?.due) for (const each of running) each.wake()
      return !row?.due
    },
  }
}
