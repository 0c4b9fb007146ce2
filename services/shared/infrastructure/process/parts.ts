import { setTimeout as sleep } from 'node:timers/promises'
import type { DescMethodUnary, Message } from '@bufbuild/protobuf'
import type { Clock } from '../../domain/clock.ts'
import { DomainError } from '../../domain/errors.ts'
import type { CallContext } from '../call-context.ts'
import type { Database } from '../database.ts'
import type { Logger } from '../telemetry/logger.ts'
import type { CommandOutcome } from '../telemetry/metrics.ts'
import type { Tracing } from '../telemetry/tracing.ts'
import { isDatabaseDown, type Units } from '../units.ts'
import type { ProcessRegistry } from './methods.ts'

const maxPauseMs = 2000

/** How a command's call is to be made; all of it goes into the call's headers. */
export interface CommandCall {
  /** The command's id, the same in every try. */
  idempotencyKey: string
  correlationId: string
  causationId: string
  /** On whose behalf: a user id, `service:<name>`, or empty for nobody. */
  actor: string
  traceparent: string | undefined
  timeoutMs: number
  signal: AbortSignal
}

/** Makes an ordinary unary call; rejects with ConnectError. */
export type CallCommand = (method: DescMethodUnary, request: Message, options: CommandCall) => Promise<Message>

/** What the workers of a context's processes share. */
export interface RunnerParts {
  context: string
  database: Database
  units: Units
  clock: Clock
  call: CallCommand
  log: Logger
  tracing: Tracing
  registry: ProcessRegistry
  claimMs: number
  callTimeoutMs: number
  onCommand: (process: string, outcome: CommandOutcome) => void
  /** Looks at once for commands and timers that became due. */
  wake: () => void
}

/** The call context of one step. */
export const callOf = (
  { context }: Pick<RunnerParts, 'context'>,
  row: { process: string; correlation_id: string; actor: string; traceparent?: string | null },
  causationId: string,
  signal: AbortSignal,
): CallContext => ({
  principal: { kind: 'service', name: context },
  actor: row.actor,
  correlationId: row.correlation_id,
  causationId,
  cause: `process:${row.process}`,
  traceparent: row.traceparent ?? undefined,
  address: '',
  deadline: undefined,
  signal,
})

/** Whether it failed for want of the database, or because too many changed the same instance. */
export const isPassing = (error: unknown): boolean =>
  isDatabaseDown(error) ||
  (error instanceof DomainError && (error.kind === 'unavailable' || error.reason === 'TOO_MUCH_CONTENTION'))

/** Runs it again, with pauses, while it only fails in passing. Gives up when aborted. */
export const settled = async <T>(signal: AbortSignal, run: () => Promise<T>): Promise<T> => {
  for (let tries = 1; ; tries += 1) {
    try {
      return await run()
    } catch (error) {
      if (!isPassing(error) || signal.aborted) throw error
      // An abort ends the pause early; the next failure then is the last.
      await sleep(Math.min(maxPauseMs, 25 * 2 ** tries), undefined, { signal }).catch(() => {})
    }
  }
}

/** The promise, or a rejection as soon as the signal aborts. */
export const aborted = <T>(signal: AbortSignal, promise: Promise<T>): Promise<T> =>
  new Promise<T>((resolve, reject) => {
    const stop = () => reject(signal.reason)
    if (signal.aborted) stop()
    signal.addEventListener('abort', stop, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop))
  })
