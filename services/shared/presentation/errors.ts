import { create, type DescMessage, type MessageInitShape } from '@bufbuild/protobuf'
import { Code, ConnectError } from '@connectrpc/connect'
import {
  BadRequestSchema,
  ErrorInfoSchema,
  QuotaFailureSchema,
  RetryInfoSchema,
} from '#gen/google/rpc/error_details_pb.ts'
import { DomainError, type ErrorKind } from '../domain/errors.ts'
import { duration } from '../domain/timestamp.ts'
import { databaseDown, isDatabaseDown } from '../infrastructure/units.ts'

const codes: Record<ErrorKind, Code> = {
  invalid: Code.InvalidArgument,
  'not-found': Code.NotFound,
  exists: Code.AlreadyExists,
  precondition: Code.FailedPrecondition,
  conflict: Code.Aborted,
  denied: Code.PermissionDenied,
  unauthenticated: Code.Unauthenticated,
  exhausted: Code.ResourceExhausted,
  unavailable: Code.Unavailable,
}

interface Detail {
  desc: DescMessage
  value: MessageInitShape<DescMessage>
}

const detailsOf = (error: DomainError, context: string): Detail[] => {
  const { fields, metadata, quota, retryAfterMs } = error.details
  const details: Detail[] = [
    {
      desc: ErrorInfoSchema,
      value: create(ErrorInfoSchema, { reason: error.reason, domain: `${context}.troupe`, metadata: { ...metadata } }),
    },
  ]
  if (fields) {
    const fieldViolations = fields.map((field) => ({ ...field, reason: error.reason }))
    details.push({ desc: BadRequestSchema, value: create(BadRequestSchema, { fieldViolations }) })
  }
  if (retryAfterMs !== undefined) {
    details.push({ desc: RetryInfoSchema, value: create(RetryInfoSchema, { retryDelay: duration(retryAfterMs) }) })
  }
  if (quota) details.push({ desc: QuotaFailureSchema, value: create(QuotaFailureSchema, { violations: [quota] }) })
  return details
}

const headersOf = (error: DomainError): Record<string, string> | undefined => {
  const { retryAfterMs } = error.details
  return retryAfterMs === undefined ? undefined : { 'retry-after': String(Math.ceil(retryAfterMs / 1000)) }
}

// It travels in headers, where a long one would end the connection; what makes it long is text of the caller's own.
const longestMessage = 1_000
const shortened = (message: string) =>
  (message.length > longestMessage ? `${message.slice(0, longestMessage)}…` : message).toWellFormed()

/** The status a domain error answers with. */
export const toConnectError = (error: DomainError, context: string): ConnectError =>
  new ConnectError(shortened(error.message), codes[error.kind], headersOf(error), detailsOf(error, context) as never)

// Text may hold U+0000, which Postgres cannot store (SQLSTATE 22021, in JSON 22P05).
const isUnstorableText = (error: unknown): boolean =>
  ['22021', '22P05'].includes((error as { code?: string } | undefined)?.code ?? '')
const unstorableText = new DomainError('invalid', 'INVALID_TEXT', 'text must not contain the character U+0000')

/** The code of whatever was thrown, as Connect spells it, e.g. `not_found`. */
export const codeName = (error: unknown): string =>
  Code[ConnectError.from(error).code].replace(/(?<=[a-z])[A-Z]/g, '_$&').toLowerCase()

/**
 * What the caller is told: domain errors in full, what a service it needed answered as that service said it, and of
 * anything else only that it happened.
 */
export const toAnswer = (error: unknown, context: string): ConnectError => {
  if (error instanceof DomainError) return toConnectError(error, context)
  if (isDatabaseDown(error)) return toConnectError(databaseDown(), context)
  if (isUnstorableText(error)) return toConnectError(unstorableText, context)
  if (error instanceof ConnectError && error.code !== Code.Unknown && error.code !== Code.Internal) return error
  return new ConnectError('internal error', Code.Internal)
}

/** Whether nobody expected it, and somebody should look. */
export const isUnexpected = (error: unknown): boolean =>
  !(error instanceof DomainError) &&
  !isDatabaseDown(error) &&
  !isUnstorableText(error) &&
  !(error instanceof ConnectError && error.code !== Code.Internal && error.code !== Code.Unknown)
