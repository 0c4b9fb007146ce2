/** What went wrong, in the words of the domain; the presentation layer alone turns it into a status code. */
export type ErrorKind =
  | 'invalid'
  | 'not-found'
  | 'exists'
  | 'precondition'
  | 'conflict'
  | 'denied'
  | 'unauthenticated'
  | 'exhausted'
  | 'unavailable'

export interface ErrorDetails {
  /** For `invalid`: which request fields are wrong, and how. */
  fields?: readonly { field: string; description: string }[]
  /** For `exhausted` and `unavailable`: when another try may succeed. */
  retryAfterMs?: number
  /** For `exhausted`: which quota is used up, of whom, and how much it allows where that is a number. */
  quota?: { subject: string; description: string; quotaMetric?: string; quotaId?: string; quotaValue?: bigint }
  /** Machine-readable particulars, shown to the caller. */
  metadata?: Readonly<Record<string, string>>
}

/** A rule of the domain refused something. `reason` is an UPPER_SNAKE_CASE constant that clients may rely on. */
export class DomainError extends Error {
  readonly kind: ErrorKind
  readonly reason: string
  readonly details: ErrorDetails

  constructor(kind: ErrorKind, reason: string, message: string, details: ErrorDetails = {}) {
    super(message)
    this.name = 'DomainError'
    this.kind = kind
    this.reason = reason
    this.details = details
  }
}

const error = (kind: ErrorKind) => (reason: string, message: string, details?: ErrorDetails) =>
  new DomainError(kind, reason, message, details)

export const notFound = error('not-found')
export const alreadyExists = error('exists')
export const precondition = error('precondition')
export const conflict = error('conflict')
export const denied = error('denied')
export const unauthenticated = error('unauthenticated')
export const exhausted = error('exhausted')
export const unavailable = error('unavailable')

/** The value of one request field breaks a rule. */
export const invalid = (field: string, reason: string, description: string) =>
  new DomainError('invalid', reason, `${field}: ${description}`, { fields: [{ field, description }] })
