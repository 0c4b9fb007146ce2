import type { Clock } from '#shared/domain/clock.ts'
import type { Database } from '#shared/infrastructure/database.ts'
import { type FollowUp, startFollowUp } from '#shared/infrastructure/follow-up.ts'
import type { Logger } from '#shared/infrastructure/telemetry/logger.ts'
import { nextAdmissionSql } from './waiting-rooms.ts'

interface Parts {
  database: Database
  clock: Clock
  log: Logger
  lapseHolds(signal: AbortSignal): Promise<void>
  tellChanges(signal: AbortSignal): Promise<void>
  letIn(signal: AbortSignal): Promise<void>
}

/** Buyers are let in together once a second: the mesh clock stops no more often for them. */
const admissionsMs = 1000

const later = (date: Date | null | undefined, ms: number): Date | undefined =>
  date ? new Date(date.getTime() + ms) : undefined

const earliest = (dates: readonly (Date | null | undefined)[]): Date | undefined =>
  dates.filter((date) => date !== null && date !== undefined).sort((one, other) => one.getTime() - other.getTime())[0]

/** What inventory does by itself: frees holds and offers when their time is over, lets buyers in, tells what is left. */
export const createDueWork = ({ database, clock, log, lapseHolds, tellChanges, letIn }: Parts) => {
  let lapsing: FollowUp | undefined
  let telling: FollowUp | undefined
  let admitting: FollowUp | undefined
  const nextAdmission = async (now: Date) => {
    const [row] = await database.sql<{ due: Date | null }>(nextAdmissionSql, now)
    return later(row?.due, admissionsMs)
  }
  return {
    wakeTelling: () => telling?.wake(),
    start: () => {
      lapsing = startFollowUp(log, 'lapse', lapseHolds)
      telling = startFollowUp(log, 'tell', tellChanges)
      admitting = startFollowUp(log, 'let in', letIn)
    },
    stop: async () => {
      await Promise.all([lapsing?.stop(), telling?.stop(), admitting?.stop()])
    },
    nextDue: async (): Promise<Date | undefined> => {
      const [row] = await database.sql<{ hold: Date | null; offer: Date | null }>(
        `select (select min(expires_at) from holds where status = 'HELD') as hold,
           (select min(offer_expires_at) from waiting_list where status in ('OFFERED', 'CLAIMED')) as offer`,
      )
      return earliest([row?.hold, row?.offer, await nextAdmission(clock.now())])
    },
    /** Who asks waits for it: what is due is not left to the next look. */
    isQuiet: async (now: Date): Promise<boolean> => {
      const [row] = await database.sql<{ lapsed: boolean; untold: boolean }>(
        `select exists (select from holds where status = 'HELD' and expires_at <= $1)
             or exists (select from waiting_list where status in ('OFFERED', 'CLAIMED') and offer_expires_at <= $1)
             as lapsed,
           exists (select from untold) as untold`,
        now,
      )
      if (row?.lapsed) lapsing?.wake()
      const admission = await nextAdmission(now)
      const isAdmitting = admission !== undefined && admission <= now
      if (isAdmitting) admitting?.wake()
      return !row?.lapsed && !row?.untold && !isAdmitting
    },
  }
}
