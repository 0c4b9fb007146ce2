import { Code, ConnectError, type Transport } from '@connectrpc/connect'

/** The deadline of a call that names none, in milliseconds. */
export const defaultDeadlineMs = 5000

/** Whether there is a deadline. */
export const bounded = (timeoutMs: number | undefined): timeoutMs is number => timeoutMs !== undefined && timeoutMs > 0

/**
 * Gives every call a deadline. A call that names none gets `defaultMs`; only a stream may have none, by asking for a
 * timeout of zero. What `remaining` says is left of the enclosing call, in milliseconds, is an upper bound; when
 * nothing is left the call is not made and fails with DEADLINE_EXCEEDED.
 */
export const withDefaultDeadline = (
  transport: Transport,
  defaultMs: number = defaultDeadlineMs,
  remaining: () => number | undefined = () => undefined,
): Transport => {
  const withinCall = (wanted: number | undefined): number | undefined => {
    const left = remaining()
    if (left === undefined) return wanted
    if (left <= 0) throw new ConnectError('no time is left for the call', Code.DeadlineExceeded)
    return bounded(wanted) ? Math.min(wanted, left) : left
  }
  const ofUnary = (timeoutMs: number | undefined) => withinCall(bounded(timeoutMs) ? timeoutMs : defaultMs)
  const ofStream = (timeoutMs: number | undefined) => withinCall(timeoutMs ?? defaultMs)
  return {
    unary: async (method, signal, timeoutMs, ...rest) => transport.unary(method, signal, ofUnary(timeoutMs), ...rest),
    stream: async (method, signal, timeoutMs, ...rest) =>
      transport.stream(method, signal, ofStream(timeoutMs), ...rest),
  }
}

/** How long a call may still take: counts down from `timeoutMs`, by monotonic time. No deadline stays none. */
export const countdown = (timeoutMs: number | undefined): (() => number | undefined) => {
  if (!bounded(timeoutMs)) return () => timeoutMs
  const end = performance.now() + timeoutMs
  return () => end - performance.now()
}
