import type { Transport } from '@connectrpc/connect'
import { circuitBreaker } from './circuit-breaker.ts'
import { defaultDeadlineMs, withDefaultDeadline } from './deadline.ts'
import { type RetryBudget, repeatable, retryBudget, retrying } from './retry.ts'

export interface ResilienceOptions {
  /** What the transport leads to, for messages: usually a context's name. */
  target: string
  /** The deadline of calls that name none, in milliseconds; 5000. */
  defaultTimeoutMs?: number
  /** Milliseconds left for the enclosing call; undefined when there is none. */
  remaining?: () => number | undefined
  budget?: RetryBudget
  /** Uniform in [0, 1), for the jitter of retries. */
  random?: () => number
  /** Monotonic milliseconds, for the circuit. */
  now?: (() => number) | undefined
}

const replayable = async <T>(input: AsyncIterable<T>): Promise<() => AsyncIterable<T>> => {
  const messages: T[] = []
  for await (const message of input) messages.push(message)
  return async function* () {
    yield* messages
  }
}

/**
 * A transport that survives a target's bad moments: a deadline on every call that covers all its tries, retries of
 * what may be repeated, and a circuit breaker. Make one per target, since budget and breaker are kept here. Streams
 * are tried again only when they take one request and failed before their response began.
 */
export const resilient = (transport: Transport, options: ResilienceOptions): Transport => {
  const {
    target,
    defaultTimeoutMs = defaultDeadlineMs,
    remaining,
    budget = retryBudget(),
    random = Math.random,
    now,
  } = options
  const breaker = circuitBreaker(target, now)

  const persist = <T>(
    mayRepeat: boolean,
    timeoutMs: number | undefined,
    signal: AbortSignal | undefined,
    call: (timeoutMs: number | undefined) => Promise<T>,
  ): Promise<T> =>
    retrying({ repeatable: mayRepeat, budget, random, timeoutMs, signal }, (left) =>
      breaker.run(() => call(left), signal),
    ).catch((error: unknown) => {
      throw breaker.explain(error)
    })

  const persistent: Transport = {
    unary: (method, signal, timeoutMs, header, input, contextValues) =>
      persist(repeatable(method, header), timeoutMs, signal, (left) =>
        transport.unary(method, signal, left, header, input, contextValues),
      ),
    stream: async (method, signal, timeoutMs, header, input, contextValues) => {
      const mayRepeat = method.methodKind === 'server_streaming' && repeatable(method, header)
      const messages = mayRepeat ? await replayable(input) : () => input
      return persist(mayRepeat, timeoutMs, signal, (left) =>
        transport.stream(method, signal, left, header, messages(), contextValues),
      )
    },
  }
  return withDefaultDeadline(persistent, defaultTimeoutMs, remaining)
}
