import type { Database } from '#shared/infrastructure/database.ts'
import { type FollowUp, startFollowUp } from '#shared/infrastructure/follow-up.ts'
import type { Logger } from '#shared/infrastructure/telemetry/logger.ts'

interface Parts {
  database: Database
  log: Logger
  lapseHolds(signal: AbortSignal): Promise<void>
  tellChanges(signal: AbortSignal): Promise<void>
}

/** What inventory does by itself: frees holds when their time is over, and tells what is left. */
export const createDueWork = ({ database, log, lapseHolds, tellChanges }: Parts) => {
  let lapsing: FollowUp | undefined
  let telling: FollowUp | undefined
  return {
    wakeTelling: () => telling?.wake(),
    start: () => {
      lapsing = startFollowUp(log, 'lapse', lapseHolds)
      telling = startFollowUp(log, 'tell', tellChanges)
    },
    stop: async () => {
      await Promise.all([lapsing?.stop(), telling?.stop()])
    },
    nextDue: async (): Promise<Date | undefined> => {
      const [row] = await database.sql<{ due: Date | null }>(
        `select min(expires_at) as due from holds where status = 'HELD'`,
      )
      return row?.due ?? undefined
    },
    /** Who asks waits for it: what is due is not left to the next look. */
    isQuiet: async (now: Date): Promise<boolean> => {
      const [row] = await database.sql<{ lapsed: boolean; untold: boolean }>(
        `select exists (select from holds where status = 'HELD' and expires_at <= $1) as lapsed,
           exists (select from untold) as untold`,
        now,
      )
      if (row?.lapsed) lapsing?.wake()
      return !row?.lapsed && !row?.untold
    },
  }
}
