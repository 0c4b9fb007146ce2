import { create } from '@bufbuild/protobuf'
import { durationFromMs } from '@bufbuild/protobuf/wkt'
import { Code, ConnectError } from '@connectrpc/connect'
import { ErrorInfoSchema, RetryInfoSchema } from '#gen/google/rpc/error_details_pb.ts'

const failuresToOpen = 5
const openMs = 1000
/** A deadline that came sooner says more of the caller than of the target. */
const patienceMs = 500

class CircuitOpen extends Error {}

/** Stops calling a target that does not answer. */
export interface CircuitBreaker {
  /** Makes the call, which ends with `signal`; refuses at once while the circuit is open. */
  run<T>(call: () => Promise<T>, signal?: AbortSignal | undefined): Promise<T>
  /** What callers see instead of a refusal of `run`: UNAVAILABLE, CIRCUIT_OPEN, with RetryInfo. */
  explain(error: unknown): unknown
}

/**
 * The breaker of one target: opens after five UNAVAILABLE or DEADLINE_EXCEEDED in a row, and lets one call a second
 * through to see, until one is answered. UNAVAILABLE of calls that were under way together, as when one of several
 * replicas dies, counts once. Any other error is an answer, so the target is there; a call that its caller gave up says
 * nothing either way.
 *
 * @param now Monotonic milliseconds: a machine clock that is set back would keep it open for as long.
 */
export const circuitBreaker = (target: string, now: () => number = () => performance.now()): CircuitBreaker => {
  let failures = 0
  let round = 0
  /** From when on a call may try whether the target is back; undefined while the circuit is closed. */
  let probeAt: number | undefined

  const refusal = () => {
    const retryDelay = durationFromMs(Math.max(1, Math.ceil((probeAt ?? 0) - now())))
    return new ConnectError(`${target} does not answer at present`, Code.Unavailable, undefined, [
      { desc: ErrorInfoSchema, value: create(ErrorInfoSchema, { reason: 'CIRCUIT_OPEN', domain: 'troupe' }) },
      { desc: RetryInfoSchema, value: create(RetryInfoSchema, { retryDelay }) },
    ])
  }

  const answered = (isProbe: boolean) => {
    failures = 0
    if (isProbe) probeAt = undefined
  }
  const failed = (isProbe: boolean) => {
    failures += 1
    if (isProbe || (probeAt === undefined && failures >= failuresToOpen)) probeAt = now() + openMs
  }
  // What was asked may hang, or its caller may have lost interest: the next may see for itself.
  const leftOpen = (isProbe: boolean) => {
    if (isProbe && probeAt !== undefined) probeAt = now()
  }

  const judge = (error: unknown, startedAt: number, startedIn: number, isProbe: boolean, isGivenUp: boolean) => {
    const { code } = ConnectError.from(error)
    if (code === Code.DeadlineExceeded) {
      if (now() - startedAt >= patienceMs) failed(isProbe)
      else leftOpen(isProbe)
    } else if (code === Code.Canceled || (code === Code.Unavailable && isGivenUp)) {
      leftOpen(isProbe)
    } else if (code === Code.Unavailable) {
      if (!isProbe && startedIn !== round) return
      round += 1
      failed(isProbe)
    } else {
      answered(isProbe)
    }
  }

  return {
    run: async (call, signal) => {
      const startedAt = now()
      const startedIn = round
      const isProbe = probeAt !== undefined
      if (probeAt !== undefined) {
        if (startedAt < probeAt) throw new CircuitOpen()
        // Others wait for this one, but not for ever.
        probeAt = startedAt + openMs
      }
      try {
        const value = await call()
        answered(isProbe)
        return value
      } catch (error) {
        judge(error, startedAt, startedIn, isProbe, signal?.aborted ?? false)
        throw error
      }
    },
    explain: (error) => (error instanceof CircuitOpen ? refusal() : error),
  }
}
