import { durationMs } from '@bufbuild/protobuf/wkt'
import { Code, ConnectError } from '@connectrpc/connect'
import { ErrorInfoSchema, QuotaFailureSchema, RetryInfoSchema } from '#gen/google/rpc/error_details_pb.ts'
import { exhausted, notFound, precondition } from '../../domain/errors.ts'

/** What another context refuses, as a refusal of this one; whatever else went wrong stays as it is. */
const refusalOf = (error: unknown): unknown => {
  if (!(error instanceof ConnectError)) return error
  const [info] = error.findDetails(ErrorInfoSchema)
  if (!info) return error
  if (error.code === Code.NotFound) return notFound(info.reason, error.rawMessage)
  if (error.code === Code.FailedPrecondition) return precondition(info.reason, error.rawMessage)
  if (error.code !== Code.ResourceExhausted) return error
  const retryDelay = error.findDetails(RetryInfoSchema)[0]?.retryDelay
  const [violation] = error.findDetails(QuotaFailureSchema)[0]?.violations ?? []
  // Without a quota it is the other one that is overloaded, for now.
  if (!violation) return error
  const { subject, description, quotaMetric, quotaId, quotaValue } = violation
  return exhausted(info.reason, error.rawMessage, {
    quota: { subject, description, quotaMetric, quotaId, quotaValue },
    metadata: { ...info.metadata },
    ...(retryDelay ? { retryAfterMs: durationMs(retryDelay) } : {}),
  })
}

/** Awaits another context's answer; what it refuses is a DomainError. */
export const answerOf = async <T>(asked: Promise<T>): Promise<T> => {
  try {
    return await asked
  } catch (error) {
    throw refusalOf(error)
  }
}
