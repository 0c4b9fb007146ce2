import { create } from '@bufbuild/protobuf'
import { durationFromMs } from '@bufbuild/protobuf/wkt'
import { Code, ConnectError } from '@connectrpc/connect'
import {
  BrokenCircuitError,
  CircuitState,
  ConsecutiveBreaker,
  circuitBreaker as cockatielBreaker,
  handleType,
  isBrokenCircuitError,
} from 'cockatiel'
import { ErrorInfoSchema, RetryInfoSchema } from '#gen/google/rpc/error_details_pb.ts'

const failuresToOpen = 5
const openMs = 1000
// The codes that are no answer of the target's.
const noAnswer: ReadonlySet<Code> = new Set([Code.Unavailable, Code.DeadlineExceeded, Code.Canceled])

type Outcome<T> = { value: T } | { error: unknown }

/** What cockatiel is to count. */
class TargetFailure {
  readonly error: unknown

  constructor(error: unknown) {
    this.error = error
  }
}

/** Stops calling a target that does not answer. */
export interface CircuitBreaker {
  /** Runs the call, or throws cockatiel's BrokenCircuitError at once. */
  run<T>(call: () => Promise<T>): Promise<T>
  /** What callers see instead of a BrokenCircuitError: UNAVAILABLE, CIRCUIT_OPEN, with RetryInfo. */
  explain(error: unknown): unknown
}

/**
 * The breaker of one target: opens after five UNAVAILABLE or DEADLINE_EXCEEDED in a row, and after a second lets one
 * call through to see. UNAVAILABLE of calls that were under way together, as when one of several replicas dies, counts
 * once. Any other error is an answer, so the target is there, but CANCELLED says nothing either way.
 */
export const circuitBreaker = (target: string): CircuitBreaker => {
  const breaker = cockatielBreaker(handleType(TargetFailure), {
    halfOpenAfter: openMs,
    breaker: new ConsecutiveBreaker(failuresToOpen),
  })
  let openedAt = 0
  let round = 0
  breaker.onBreak(() => {
    openedAt = performance.now()
  })

  const open = () => {
    const retryDelay = durationFromMs(Math.max(1, Math.ceil(openMs - (performance.now() - openedAt))))
    return new ConnectError(`${target} does not answer at present`, Code.Unavailable, undefined, [
      { desc: ErrorInfoSchema, value: create(ErrorInfoSchema, { reason: 'CIRCUIT_OPEN', domain: 'troupe' }) },
      { desc: RetryInfoSchema, value: create(RetryInfoSchema, { retryDelay }) },
    ])
  }

  const judge = (error: unknown, startedIn: number, probing: boolean): unknown => {
    const { code } = ConnectError.from(error)
    if (code === Code.Unavailable && startedIn === round) {
      round++
      return new TargetFailure(error)
    }
    // A probe that its caller gave up proves nothing, and closing on it would let the crowd in.
    if (code === Code.DeadlineExceeded || (probing && code === Code.Canceled)) return new TargetFailure(error)
    return error
  }

  return {
    run: async <T>(call: () => Promise<T>): Promise<T> => {
      // cockatiel would let the others wait for the probe, beyond their deadlines.
      if (breaker.state === CircuitState.HalfOpen) throw new BrokenCircuitError()
      const probing = breaker.state === CircuitState.Open
      const startedIn = round
      try {
        const outcome = await breaker.execute(async (): Promise<Outcome<T>> => {
          try {
            return { value: await call() }
          } catch (error) {
            if (noAnswer.has(ConnectError.from(error).code)) throw judge(error, startedIn, probing)
            return { error }
          }
        })
        if ('error' in outcome) throw outcome.error
        return outcome.value
      } catch (error) {
        throw error instanceof TargetFailure ? error.error : error
      }
    },
    explain: (error) => (isBrokenCircuitError(error) ? open() : error),
  }
}
