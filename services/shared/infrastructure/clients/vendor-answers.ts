import type { VendorError } from '../../domain/vendor-error.ts'

const neverSent = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH'])

const codesOf = (error: unknown): string[] => {
  const codes: string[] = []
  for (let one = error; one instanceof Error; one = one.cause) {
    codes.push(String((one as NodeJS.ErrnoException).code ?? ''))
    if (one instanceof AggregateError) codes.push(...one.errors.flatMap(codesOf))
  }
  return codes
}

/**
 * What vendors' answers say of something that was asked for, such as `SPEECH`, which begins the reasons that are about
 * it.
 */
export const vendorAnswers = <E extends VendorError>(
  Failure: new (...args: ConstructorParameters<typeof VendorError>) => E,
  subject: string,
) => ({
  /** It has answered, so it is known. */
  answered: (status: number, more: { code?: string; retryAfterMs?: number; cause?: unknown }): E => {
    const { code = '', retryAfterMs, cause } = more
    const details = { cause, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) }
    if (status === 429 && /quota/i.test(code))
      return new Failure('refused', 'PROVIDER_QUOTA_SPENT', "the provider's quota is used up", details)
    if (status === 429 || status === 408 || status === 409 || status >= 500)
      return new Failure('busy', `${subject}_UNAVAILABLE`, `the provider answered ${status}`, details)
    if (status === 401 || status === 403)
      return new Failure('refused', 'PROVIDER_CREDENTIALS', 'the provider rejects the key', details)
    return new Failure('refused', `${subject}_REFUSED`, `the provider refuses the request with ${status}`, details)
  },
  /** What is known when no answer came: nothing, unless the request cannot have arrived. */
  unanswered: (cause: unknown): E =>
    codesOf(cause).some((code) => neverSent.has(code))
      ? new Failure('busy', `${subject}_UNAVAILABLE`, 'the provider cannot be reached', { cause })
      : new Failure('lost', `${subject}_UNKNOWN`, 'the provider did not answer', { cause }),
})
