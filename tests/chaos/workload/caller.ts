import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { type CallOptions, Code, ConnectError } from '@connectrpc/connect'
import { ErrorInfoSchema } from '#gen/google/rpc/error_details_pb.ts'
import type { CallEntry, CallJournal } from './journal.ts'

const deadlineMs = 4000
const firstPauseMs = 25
const maxPauseMs = 500

const lastWords: readonly Code[] = [
  Code.InvalidArgument,
  Code.NotFound,
  Code.AlreadyExists,
  Code.PermissionDenied,
  Code.FailedPrecondition,
  Code.OutOfRange,
  Code.Unimplemented,
]

/** Why a call failed, in the mesh's words or else by its code. */
export const reasonOf = (error: ConnectError): string =>
  error.findDetails(ErrorInfoSchema)[0]?.reason ?? Code[error.code]

/** The reason of a refusal; undefined when the same call may be answered differently later. */
const refusalOf = (error: ConnectError): string | undefined => {
  if (lastWords.includes(error.code)) return reasonOf(error)
  return error.code === Code.Aborted && reasonOf(error) === 'VERSION_CONFLICT' ? 'VERSION_CONFLICT' : undefined
}

/** Nothing of these was done. */
const isHarmless = (error: ConnectError): boolean =>
  error.code === Code.Unauthenticated || error.code === Code.ResourceExhausted

export interface CallerOptions {
  journal: CallJournal
  /** Ends calls that were never answered. */
  signal: AbortSignal
  /** Gets a new token; called when the present one is refused. */
  signIn?: () => Promise<void>
}

/**
 * Makes a call until it is answered or refused for good, with the same Idempotency-Key in every try. Undefined when it
 * was refused, and when the signal ended it.
 */
export const callUntilAnswered = async <T>(
  { journal, signal, signIn }: CallerOptions,
  method: string,
  call: (options: CallOptions) => Promise<T>,
): Promise<{ entry: CallEntry; response?: T }> => {
  const entry: CallEntry = { key: randomUUID(), method, outcome: 'open', reason: '', tries: 0, isUncertain: false }
  journal.calls.push(entry)
  const headers = { 'idempotency-key': entry.key, 'x-correlation-id': entry.key }
  while (!signal.aborted) {
    entry.tries += 1
    try {
      const response = await call({ headers, timeoutMs: deadlineMs, signal })
      entry.outcome = 'acknowledged'
      return { entry, response }
    } catch (reason) {
      if (signal.aborted) break
      const error = ConnectError.from(reason)
      const refusal = refusalOf(error)
      if (refusal !== undefined) {
        Object.assign(entry, { outcome: 'refused', reason: refusal })
        return { entry }
      }
      if (!isHarmless(error)) entry.isUncertain = true
      if (error.code === Code.Internal) noteInternal(journal, method, error)
      const pause = Math.min(maxPauseMs, firstPauseMs * 2 ** entry.tries) * (0.5 + Math.random() / 2)
      await sleep(pause, undefined, { signal }).catch(() => {}) // the loop ends then
      if (error.code === Code.Unauthenticated) await signIn?.()
    }
  }
  return { entry }
}

const noteInternal = ({ internal }: CallJournal, method: string, { rawMessage }: ConnectError): void => {
  const what = `${method}: ${rawMessage}`
  internal.set(what, (internal.get(what) ?? 0) + 1)
}
