/**
 * `refused`: the same will be refused again. `busy`: not taken, nothing was paid, later it may be. `lost`: nobody knows
 * whether it was taken.
 */
type VendorFailure = 'refused' | 'busy' | 'lost'

/** Somebody who is asked, and maybe paid, to make something did not. */
export class VendorError extends Error {
  readonly failure: VendorFailure
  readonly reason: string
  readonly retryAfterMs: number | undefined

  constructor(
    failure: VendorFailure,
    reason: string,
    message: string,
    more: { cause?: unknown; retryAfterMs?: number } = {},
  ) {
    super(message, { cause: more.cause })
    this.name = new.target.name
    this.failure = failure
    this.reason = reason
    this.retryAfterMs = more.retryAfterMs
  }
}
