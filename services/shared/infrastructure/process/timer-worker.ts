import { runInCall } from '../call-context.ts'
import type { Database } from '../database.ts'
import type { Row } from '../prepared.ts'
import type { UnitOfWork } from '../unit-of-work.ts'
import { derivedUuid } from '../uuid.ts'
import { callOf, type RunnerParts, settled } from './parts.ts'
import { takeStep } from './step.ts'
import { WorkLoop } from './work-loop.ts'

const concurrency = 8
const holdMs = 30_000

interface TimerRow extends Row {
  id: string
  process: string
  instance: string
  name: string
  correlation_id: string
  actor: string
}

/** Of an instance only its earliest timer, so that they fire in order. */
const claimTimers = (
  database: Database,
  options: { processes: readonly string[]; now: Date; claimMs: number; limit: number },
): Promise<TimerRow[]> =>
  database.sql<TimerRow>(
    `update process_timers t set claimed_until = clock_timestamp() + $3 * interval '1 millisecond'
     from (
       select id from process_timers d
       where outcome is null and due_at <= $2 and process = any($1::text[]) and claimed_until < clock_timestamp()
         and not exists (
           select 1 from process_timers e
           where e.process = d.process and e.instance = d.instance and e.outcome is null
             and (e.due_at, e.id) < (d.due_at, d.id)
         )
       order by due_at limit $4 for update skip locked
     ) due
     where t.id = due.id
     returning t.id, t.process, t.instance, t.name, t.correlation_id, t.actor`,
    options.processes,
    options.now,
    options.claimMs,
    options.limit,
  )

const renewTimers = (database: Database, ids: readonly string[], claimMs: number): Promise<unknown> =>
  database.sql(
    `update process_timers set claimed_until = clock_timestamp() + $2 * interval '1 millisecond'
     where id = any($1::uuid[]) and outcome is null`,
    ids,
    claimMs,
  )

/** Tells processes of their timers, each once, at the mesh's time. */
export class TimerWorker {
  readonly loop: WorkLoop<TimerRow>
  private readonly parts: RunnerParts

  constructor(parts: RunnerParts) {
    this.parts = parts
    const { database, clock, claimMs, registry, log } = parts
    this.loop = new WorkLoop({
      name: 'process timers',
      concurrency,
      log,
      renewMs: claimMs / 4,
      claim: (limit) => claimTimers(database, { processes: registry.names, now: clock.now(), claimMs, limit }),
      renew: (ids) => renewTimers(database, ids, claimMs),
      run: (timer, signal) => this.fire(timer, signal),
    })
  }

  private async fire(timer: TimerRow, signal: AbortSignal): Promise<void> {
    const { units, database, log } = this.parts
    const context = callOf(this.parts, timer, timer.id, signal)
    const unit = {
      key: derivedUuid(timer.id, 'fired'),
      handler: (current: UnitOfWork) => this.step(current, timer),
    }
    try {
      await settled(signal, () => runInCall(context, () => units.run(unit)))
    } catch (error) {
      if (signal.aborted) throw error
      const { process, instance, name } = timer
      log.error('a process cannot take its timer', { process, instance, timer: name, error })
      await renewTimers(database, [timer.id], holdMs)
    }
  }

  private async step(unit: UnitOfWork, timer: TimerRow): Promise<void> {
    const { database, clock, registry, wake } = this.parts
    const open = await database.sql('select 1 from process_timers where id = $1 and outcome is null', timer.id)
    if (open.length === 0) return
    const at = clock.now()
    unit.writeRows({
      sql: `update process_timers set outcome = 'FIRED', finished_at = $2
        where id = $1 and outcome is null returning 1`,
      parameters: [timer.id, at],
    })
    const target = { definition: registry.process(timer.process), instance: timer.instance }
    await takeStep(unit, database, target, { kind: 'timer', name: timer.name, at }, timer.id)
    unit.afterCommit.push(wake)
  }
}
