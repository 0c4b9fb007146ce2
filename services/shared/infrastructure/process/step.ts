import { type DescMethodUnary, toBinary } from '@bufbuild/protobuf'
import { type AnyProcess, advance, type ProcessInstance, type ProcessMessage } from '../../application/process.ts'
import type { CommandOutput, ProcessOutput, TimerOutput } from '../../application/process-output.ts'
import { callContext } from '../call-context.ts'
import type { Database } from '../database.ts'
import type { Row } from '../prepared.ts'
import type { UnitOfWork } from '../unit-of-work.ts'
import { methodPath } from './methods.ts'

/** Where a message goes: one instance of one process. */
export interface Target {
  definition: AnyProcess
  instance: string
}

interface InstanceRow extends Row {
  state: unknown
  revision: number
  ended: boolean
}

const load = async (database: Database, { definition, instance }: Target): Promise<InstanceRow | undefined> => {
  const [row] = await database.sql<InstanceRow>(
    'select state, revision, ended from processes where process = $1 and instance = $2',
    definition.name,
    instance,
  )
  return row
}

/**
 * Gives a message to an instance: its new state, commands and timers become part of the unit of work. When another
 * message changes the instance meanwhile, the unit is run again. `fired` is the timer that the message came from.
 */
export const takeStep = async (
  unit: UnitOfWork,
  database: Database,
  target: Target,
  message: ProcessMessage,
  fired?: string,
): Promise<void> => {
  const row = await load(database, target)
  const step = advance(target.definition, row, message)
  if (!step) return
  const { instance, outputs } = step
  if (row && instance.state === row.state && outputs.length === 0) return
  writeInstance(unit, target, instance, (row?.revision ?? 0) + 1)
  for (const output of outputs) {
    if (output.kind === 'command') writeCommand(unit, target, output, message.at)
  }
  writeTimers(unit, target, outputs, message.at, fired)
}

const writeInstance = (
  unit: UnitOfWork,
  target: Target,
  { state, ended }: ProcessInstance<unknown>,
  revision: number,
) =>
  unit.writeRows({
    sql: `insert into processes as p (process, instance, state, revision, ended) values ($1, $2, $3::jsonb, $4::int, $5)
      on conflict (process, instance) do update
        set state = excluded.state, revision = excluded.revision, ended = excluded.ended
        where p.revision = $4::int - 1 returning 1`,
    parameters: [target.definition.name, target.instance, JSON.stringify(state), revision, ended],
  })

const writeCommand = (unit: UnitOfWork, { definition, instance }: Target, command: CommandOutput, now: Date): void => {
  const method = methodPath(command.method)
  if (!definition.commands.some((known: DescMethodUnary) => methodPath(known) === method)) {
    throw new Error(`the process ${definition.name} does not declare that it commands ${method}`)
  }
  const due = now.getTime() + command.delayMs
  // By a clock that is ahead, what is to be done at once would wait until every other is as far.
  const dueAt = command.delayMs === 0 ? 'least($7::timestamptz, clock_timestamp())' : '$7::timestamptz'
  const { correlationId, causationId, actor, traceparent } = callContext()
  unit.write({
    sql: `insert into process_commands (id, process, instance, step, method, request, due_at, expires_at,
        correlation_id, causation_id, actor, traceparent, created_at)
      values ($1, $2, $3, $4, $5, $6, ${dueAt}, $8, $9, $10, $11, $12, $13)`,
    parameters: [
      unit.next(),
      definition.name,
      instance,
      command.step,
      method,
      toBinary(command.method.input, command.request),
      new Date(due),
      new Date(due + command.expiresInMs),
      correlationId,
      causationId,
      actor,
      traceparent ?? null,
      now,
    ],
  })
}

/** A row may be written once in a statement: of each name the last output counts, and an end outweighs them all. */
const writeTimers = (
  unit: UnitOfWork,
  target: Target,
  outputs: readonly ProcessOutput[],
  now: Date,
  fired: string | undefined,
): void => {
  if (outputs.some((output) => output.kind === 'end')) {
    closeTimers(unit, target, undefined, 'CANCELLED', now, fired)
    return
  }
  const timers = outputs.filter((output) => output.kind === 'timer' || output.kind === 'cancel-timer')
  for (const output of new Map(timers.map((each) => [each.name, each])).values()) {
    closeTimers(unit, target, output.name, output.kind === 'timer' ? 'REPLACED' : 'CANCELLED', now, fired)
    if (output.kind === 'timer') writeTimer(unit, target, output, now)
  }
}

const closeTimers = (
  unit: UnitOfWork,
  { definition, instance }: Target,
  name: string | undefined,
  outcome: 'REPLACED' | 'CANCELLED',
  now: Date,
  fired: string | undefined,
) =>
  unit.write({
    sql: `update process_timers set outcome = $1, finished_at = $2
      where process = $3 and instance = $4 and outcome is null
        and ($5::text is null or name = $5::text) and id is distinct from $6::uuid`,
    parameters: [outcome, now, definition.name, instance, name ?? null, fired ?? null],
  })

const writeTimer = (unit: UnitOfWork, { definition, instance }: Target, { name, dueAt }: TimerOutput, now: Date) => {
  const { correlationId, causationId, actor } = callContext()
  unit.write({
    sql: `insert into process_timers (id, process, instance, name, due_at, correlation_id, causation_id, actor, created_at)
      values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    parameters: [unit.next(), definition.name, instance, name, dueAt, correlationId, causationId, actor, now],
  })
}
