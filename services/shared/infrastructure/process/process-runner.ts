import type { DescMessage } from '@bufbuild/protobuf'
import { type ConsumerDefinition, react } from '../../application/consumers.ts'
import type { AnyProcess, EventMessage } from '../../application/process.ts'
import type { Clock } from '../../domain/clock.ts'
import { callContext, runInCall } from '../call-context.ts'
import type { Database } from '../database.ts'
import type { Logger } from '../telemetry/logger.ts'
import type { CommandOutcome } from '../telemetry/metrics.ts'
import type { Tracing } from '../telemetry/tracing.ts'
import { currentUnit } from '../unit-of-work.ts'
import type { Units } from '../units.ts'
import { CommandWorker } from './command-worker.ts'
import { ProcessRegistry } from './methods.ts'
import type { CallCommand } from './parts.ts'
import { takeStep } from './step.ts'
import { TimerWorker } from './timer-worker.ts'

export interface ProcessRunnerOptions {
  context: string
  processes: readonly AnyProcess[]
  database: Database
  units: Units
  /** The mesh's clock; when it can travel, timers that a journey passes fire at once. */
  clock: Clock & { onTravel?(listener: () => void): void }
  call: CallCommand
  log: Logger
  tracing: Tracing
  /** Told of every try of a command. */
  onCommand?: (process: string, outcome: CommandOutcome) => void
  /** After how long a dead replica's work is taken over; 5 s by default. */
  claimMs?: number
  /** The longest one try of a command may take; 10 s by default. */
  callTimeoutMs?: number
}

export interface ProcessRunner {
  /** What the context consumes for its processes. */
  readonly consumers: readonly ConsumerDefinition[]
  start(): void
  /** Waits up to `graceMs` (5 s by default) for calls that are being made, then leaves them to another replica. */
  stop(graceMs?: number): Promise<void>
  /** Looks at once for what became due. */
  wake(): void
  /** When the next command or timer is due, in the mesh's time; undefined when there is none. */
  nextDue(): Promise<Date | undefined>
  /** Whether nothing is due at `now` any more: every due command has its outcome and every due timer has fired. */
  isQuiet(now: Date): Promise<boolean>
}

/** Runs a context's processes on its database, side by side with other replicas that do the same. */
export const createProcessRunner = (options: ProcessRunnerOptions): ProcessRunner => {
  const { context, processes, database, units, clock, call, log, tracing } = options
  const { claimMs = 5000, callTimeoutMs = 10_000, onCommand = () => {} } = options
  const registry = new ProcessRegistry(processes)
  const wake = () => {
    commands.loop.wake()
    timers.loop.wake()
  }
  const shared = { context, database, units, clock, call, log, tracing, registry }
  const parts = { ...shared, claimMs, callTimeoutMs, onCommand, wake }
  const commands = new CommandWorker(parts)
  const timers = new TimerWorker(parts)
  clock.onTravel?.(wake)

  const consumer = (definition: AnyProcess): ConsumerDefinition =>
    react(`process-${definition.name}`, definition.events as readonly DescMessage[], async (event) => {
      const message: EventMessage = { kind: 'event', event, at: clock.now() }
      const instance = definition.correlate(message)
      if (instance === undefined) return
      const unit = currentUnit()
      await runInCall({ ...callContext(), cause: `process:${definition.name}` }, () =>
        takeStep(unit, database, { definition, instance }, message),
      )
      unit.afterCommit.push(wake)
    })

  const firstDue = async (): Promise<Date | undefined> => {
    const [row] = await database.sql<{ due: Date | null }>(
      `select least(
         (select min(due_at) from process_commands where outcome is null and process = any($1::text[])),
         (select min(due_at) from process_timers where outcome is null and process = any($1::text[]))) as due`,
      registry.names,
    )
    return row?.due ?? undefined
  }

  return {
    consumers: processes.map(consumer),
    start() {
      if (processes.length === 0) return
      commands.loop.start()
      timers.loop.start()
    },
    async stop(graceMs = 5000) {
      await Promise.all([commands.loop.stop(graceMs), timers.loop.stop(graceMs)])
    },
    wake,
    nextDue: firstDue,
    async isQuiet(now) {
      const due = await firstDue()
      return due === undefined || due > now
    },
  }
}
