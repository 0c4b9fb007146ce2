import { type FollowUp, startFollowUp } from '#shared/infrastructure/follow-up.ts'
import type { Kernel } from '#shared/infrastructure/kernel.ts'

const next = `select least(
  (select min(expires_at) from invitations where status = 'pending'),
  (select min(expires_at) from sessions where status = 'active')) as due`

/** What collaboration does by itself: ends invitations and sessions when their time is over. */
export const createDueWork = (
  { database, log }: Pick<Kernel, 'database' | 'log'>,
  lapse: (signal: AbortSignal) => Promise<void>,
) => {
  let lapsing: FollowUp | undefined
  const nextDue = async (): Promise<Date | undefined> => {
    const [row] = await database.sql<{ due: Date | null }>(next)
    return row?.due ?? undefined
  }
  return {
    start: () => {
      lapsing = startFollowUp(log, 'lapse', lapse)
    },
    stop: async () => {
      await lapsing?.stop()
    },
    nextDue,
    isQuiet: async (now: Date): Promise<boolean> => {
      const due = await nextDue()
      const isDue = due !== undefined && due <= now
      if (isDue) lapsing?.wake()
      return !isDue
    },
  }
}
