import { create, type DescMethodUnary, type Message, type MessageInitShape } from '@bufbuild/protobuf'

const dayMs = 24 * 60 * 60 * 1000

/** An rpc to be made, until it is answered or expires. Commands of one step run side by side. */
export interface CommandOutput<M extends DescMethodUnary = DescMethodUnary> {
  readonly kind: 'command'
  /** The command's name in the process; comes back with its outcome. */
  readonly step: string
  readonly method: M
  readonly request: Message
  readonly expiresInMs: number
  readonly delayMs: number
}

/** Sends a timer message at a time. There is one timer of a name; setting it again replaces it. */
export interface TimerOutput {
  readonly kind: 'timer'
  readonly name: string
  readonly dueAt: Date
}

export interface CancelTimerOutput {
  readonly kind: 'cancel-timer'
  readonly name: string
}

/** Nothing reaches the instance any more. Commands that are out are still made, timers are not kept. */
export interface EndOutput {
  readonly kind: 'end'
}

export type ProcessOutput<M extends DescMethodUnary = DescMethodUnary> =
  | CommandOutput<M>
  | TimerOutput
  | CancelTimerOutput
  | EndOutput

export interface CommandOptions {
  /** How long to try from when it is due; ten minutes by default, and always less than the 24 hours its key is kept. */
  expiresInMs?: number
  /** How long to wait before the first try, in the mesh's time. */
  delayMs?: number
}

/** An rpc to be made. Throws RangeError when it would outlive its idempotency key. */
export const command = <M extends DescMethodUnary>(
  step: string,
  method: M,
  request: MessageInitShape<M['input']>,
  { expiresInMs = 10 * 60 * 1000, delayMs = 0 }: CommandOptions = {},
): CommandOutput<M> => {
  if (!(expiresInMs > 0 && expiresInMs < dayMs)) throw new RangeError(`${step}: a command expires within 24 hours`)
  if (!(delayMs >= 0)) throw new RangeError(`${step}: a command cannot be due before it is given`)
  return { kind: 'command', step, method, request: create(method.input, request) as Message, expiresInMs, delayMs }
}

/** A timer message at `dueAt`, in the mesh's time. */
export const timer = (name: string, dueAt: Date): TimerOutput => ({ kind: 'timer', name, dueAt })

/** Takes a timer back; one that is not set is no matter. */
export const cancelTimer = (name: string): CancelTimerOutput => ({ kind: 'cancel-timer', name })

/** The end of the instance. */
export const end = (): EndOutput => ({ kind: 'end' })
