import type { Database } from '../database.ts'
import type { Row } from '../prepared.ts'
import type { UnitOfWork } from '../unit-of-work.ts'

/** A command as it is claimed. */
export interface CommandRow extends Row {
  id: string
  process: string
  instance: string
  step: string
  method: string
  request: Buffer
  expires_at: Date
  /** Counts the claims, and so tells whose claim it is. */
  attempts: number
  correlation_id: string
  causation_id: string
  actor: string
  traceparent: string | null
}

export type CommandOutcome = 'ANSWERED' | 'REFUSED' | 'EXPIRED'

/** Claims commands that are due, or expired, at the mesh's time `now`. */
export const claimCommands = (
  database: Database,
  options: { processes: readonly string[]; now: Date; claimMs: number; limit: number },
): Promise<CommandRow[]> =>
  database.sql<CommandRow>(
    `update process_commands c
       set claimed_until = clock_timestamp() + $3 * interval '1 millisecond', attempts = c.attempts + 1
     from (
       select id from process_commands
       where outcome is null and due_at <= $2 and process = any($1::text[]) and claimed_until < clock_timestamp()
         and (retry_at <= clock_timestamp() or expires_at <= $2)
       order by due_at limit $4 for update skip locked
     ) due
     where c.id = due.id
     returning c.id, c.process, c.instance, c.step, c.method, c.request, c.expires_at, c.attempts, c.correlation_id,
       c.causation_id, c.actor, c.traceparent`,
    options.processes,
    options.now,
    options.claimMs,
    options.limit,
  )

export const renewCommands = (database: Database, ids: readonly string[], claimMs: number): Promise<unknown> =>
  database.sql(
    `update process_commands set claimed_until = clock_timestamp() + $2 * interval '1 millisecond'
     where id = any($1::uuid[]) and outcome is null`,
    ids,
    claimMs,
  )

/** Gives a claim back, for another try after a pause. */
export const releaseCommand = (database: Database, command: CommandRow, pauseMs: number): Promise<unknown> =>
  database.sql(
    `update process_commands
       set claimed_until = '-infinity', retry_at = clock_timestamp() + $3 * interval '1 millisecond'
     where id = $1 and attempts = $2 and outcome is null`,
    command.id,
    command.attempts,
    pauseMs,
  )

/** Leaves a claim standing for a while, so that nobody takes the command up. */
export const holdCommand = (database: Database, command: CommandRow, holdMs: number): Promise<unknown> =>
  renewCommands(database, [command.id], holdMs)

export const isCommandOpen = async (database: Database, id: string): Promise<boolean> => {
  const rows = await database.sql('select 1 from process_commands where id = $1 and outcome is null', id)
  return rows.length === 1
}

/** Adds a command's outcome to the unit, which fails when the command has one already. */
export const writeOutcome = (unit: UnitOfWork, id: string, outcome: CommandOutcome, detail: string, now: Date): void =>
  unit.writeRows({
    sql: `update process_commands set outcome = $2, outcome_detail = $3, finished_at = $4
      where id = $1 and outcome is null returning 1`,
    parameters: [id, outcome, detail.slice(0, 2000), now],
  })
