import { type DescMethodUnary, fromBinary, type Message } from '@bufbuild/protobuf'
import type { ProcessMessage } from '../../application/process.ts'
import type { CallContext } from '../call-context.ts'
import { runInCall } from '../call-context.ts'
import { failpoint } from '../failpoints.ts'
import type { UnitOfWork } from '../unit-of-work.ts'
import { derivedUuid } from '../uuid.ts'
import {
  type CommandOutcome,
  type CommandRow,
  claimCommands,
  holdCommand,
  isCommandOpen,
  releaseCommand,
  renewCommands,
  writeOutcome,
} from './command-rows.ts'
import { aborted, callOf, isPassing, type RunnerParts, settled } from './parts.ts'
import { pauseMs, refusalOf } from './refusal.ts'
import { takeStep } from './step.ts'
import { WorkLoop } from './work-loop.ts'

const concurrency = 8
const holdMs = 30_000

type Result = { outcome: CommandOutcome; detail: string; message: (at: Date) => ProcessMessage }

/** Makes the calls that processes command, and gives the answers back to them. */
export class CommandWorker {
  readonly loop: WorkLoop<CommandRow>
  private readonly parts: RunnerParts

  constructor(parts: RunnerParts) {
    this.parts = parts
    const { database, clock, claimMs, registry, log } = parts
    this.loop = new WorkLoop({
      name: 'process commands',
      concurrency,
      log,
      renewMs: claimMs / 4,
      claim: (limit) => claimCommands(database, { processes: registry.names, now: clock.now(), claimMs, limit }),
      renew: (ids) => renewCommands(database, ids, claimMs),
      run: (command, signal) => this.work(command, signal),
    })
  }

  private async work(command: CommandRow, signal: AbortSignal): Promise<void> {
    const context = callOf(this.parts, command, command.causation_id, signal)
    try {
      const result = await runInCall(context, () => this.resultOf(command, signal))
      if (!result) return
      await settled(signal, () => this.settle(command, result, { ...context, causationId: command.id }))
      this.parts.onCommand(command.process, outcomeLabels[result.outcome])
    } catch (error) {
      if (isPassing(error) || signal.aborted) return this.release(command, 0)
      this.parts.onCommand(command.process, 'retried')
      this.parts.log.error('a process cannot take the outcome of its command', {
        process: command.process,
        instance: command.instance,
        step: command.step,
        error,
      })
      await holdCommand(this.parts.database, command, holdMs)
    }
  }

  /** What came of the command; undefined when it is to be tried again. */
  private async resultOf(command: CommandRow, signal: AbortSignal): Promise<Result | undefined> {
    const { clock, registry } = this.parts
    const method = registry.method(command.method)
    const about = { step: command.step, method }
    const leftMs = command.expires_at.getTime() - clock.now().getTime()
    if (leftMs <= 0) {
      return { outcome: 'EXPIRED', detail: '', message: (at) => ({ kind: 'expired', ...about, at }) }
    }
    try {
      failpoint('command:before')
      const response = await this.call(command, method, leftMs, signal)
      failpoint('command:after')
      return { outcome: 'ANSWERED', detail: '', message: (at) => ({ kind: 'answer', ...about, response, at }) }
    } catch (error) {
      const refusal = signal.aborted ? undefined : refusalOf(error)
      if (refusal) {
        const detail = `${refusal.code} ${refusal.reason}: ${refusal.message}`
        return { outcome: 'REFUSED', detail, message: (at) => ({ kind: 'error', ...about, ...refusal, at }) }
      }
      this.parts.onCommand(command.process, 'retried')
      this.parts.log.debug('a command is tried again', { command: command.id, method: command.method, error })
      await this.release(command, signal.aborted ? 0 : pauseMs(command.attempts, error))
      return undefined
    }
  }

  private call(command: CommandRow, method: DescMethodUnary, leftMs: number, signal: AbortSignal): Promise<Message> {
    const { context, tracing, call, callTimeoutMs } = this.parts
    const name = `${context}.${command.process} command ${command.step}`
    const attributes = { 'troupe.process': command.process, 'troupe.instance': command.instance }
    const parent = command.traceparent ? { parent: command.traceparent } : {}
    return tracing.span(name, { kind: 'internal', attributes, ...parent }, () =>
      aborted(
        signal,
        call(method, fromBinary(method.input, command.request), {
          idempotencyKey: command.id,
          correlationId: command.correlation_id,
          causationId: command.id,
          actor: command.actor,
          traceparent: tracing.traceparent() ?? command.traceparent ?? undefined,
          timeoutMs: Math.max(1, Math.min(callTimeoutMs, leftMs)),
          signal,
        }),
      ),
    )
  }

  /** Writes the outcome and what the process makes of it, unless another worker was first. */
  private settle(command: CommandRow, result: Result, context: CallContext): Promise<void> {
    const { clock, database, units, registry, wake } = this.parts
    const handler = async (unit: UnitOfWork) => {
      if (!(await isCommandOpen(database, command.id))) return
      const now = clock.now()
      writeOutcome(unit, command.id, result.outcome, result.detail, now)
      const target = { definition: registry.process(command.process), instance: command.instance }
      await takeStep(unit, database, target, result.message(now))
      unit.afterCommit.push(wake)
    }
    return runInCall(context, () => units.run({ key: derivedUuid(command.id, 'outcome'), handler }))
  }

  private async release(command: CommandRow, milliseconds: number): Promise<void> {
    await releaseCommand(this.parts.database, command, milliseconds)
    this.loop.wakeIn(milliseconds)
  }
}

const outcomeLabels = { ANSWERED: 'answered', REFUSED: 'refused', EXPIRED: 'expired' } as const
