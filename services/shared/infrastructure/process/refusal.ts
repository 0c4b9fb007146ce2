import { durationMs } from '@bufbuild/protobuf/wkt'
import { Code, ConnectError } from '@connectrpc/connect'
import { codeToString } from '@connectrpc/connect/protocol-connect'
import { ErrorInfoSchema, QuotaFailureSchema, RetryInfoSchema } from '#gen/google/rpc/error_details_pb.ts'
import type { StatusName } from '../../application/process.ts'

const firstPauseMs = 100
const maxPauseMs = 5000

/** A callee's last word: it will not do the command. */
export interface Refusal {
  code: StatusName
  reason: string
  message: string
}

// What these say of a call is that nobody knows, or that another time may do.
const passing: readonly Code[] = [
  Code.Unavailable,
  Code.DeadlineExceeded,
  Code.Aborted,
  Code.ResourceExhausted,
  Code.Unknown,
  Code.Canceled,
]

/** A quota that is used up and does not say when it will not be: waiting does not help. */
const isQuotaSpent = (failure: ConnectError): boolean =>
  failure.findDetails(QuotaFailureSchema).length > 0 && failure.findDetails(RetryInfoSchema).length === 0

/** What an error of a call means for the command; undefined when it is to be tried again. */
export const refusalOf = (error: unknown): Refusal | undefined => {
  const failure = ConnectError.from(error)
  if (passing.includes(failure.code) && !isQuotaSpent(failure)) return undefined
  return {
    code: codeToString(failure.code).toUpperCase() as StatusName,
    reason: failure.findDetails(ErrorInfoSchema)[0]?.reason ?? '',
    message: failure.rawMessage,
  }
}

/** How long to wait before the next try: exponential with jitter, or longer where the callee asks for it. */
export const pauseMs = (attempts: number, error: unknown, random: () => number = Math.random): number => {
  const wanted = ConnectError.from(error).findDetails(RetryInfoSchema)[0]?.retryDelay
  const backoff = Math.min(maxPauseMs, firstPauseMs * 2 ** Math.min(attempts, 10)) * (0.5 + random() / 2)
  return Math.round(Math.max(backoff, wanted ? durationMs(wanted) : 0))
}
