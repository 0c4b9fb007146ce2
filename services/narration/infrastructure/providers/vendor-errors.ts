import { SpeechError } from '../../domain/engine.ts'

/** What a vendor's answer says of a speech that was asked for: it has answered, so it is known. */
export const answered = (
  status: number,
  more: { code?: string; retryAfterMs?: number; cause?: unknown },
): SpeechError => {
  const { code = '', retryAfterMs, cause } = more
  const details = { cause, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) }
  if (status === 429 && /quota/i.test(code))
    return new SpeechError('refused', 'PROVIDER_QUOTA_SPENT', "the provider's quota is used up", details)
  if (status === 429 || status === 408 || status === 409 || status >= 500)
    return new SpeechError('busy', 'SPEECH_UNAVAILABLE', `the provider answered ${status}`, details)
  if (status === 401 || status === 403)
    return new SpeechError('refused', 'PROVIDER_CREDENTIALS', 'the provider rejects the key', details)
  return new SpeechError('refused', 'SPEECH_REFUSED', `the provider refuses the request with ${status}`, details)
}

const neverSent = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH'])

const codesOf = (error: unknown): string[] => {
  const codes: string[] = []
  for (let one = error; one instanceof Error; one = one.cause) {
    codes.push(String((one as NodeJS.ErrnoException).code ?? ''))
    if (one instanceof AggregateError) codes.push(...one.errors.flatMap(codesOf))
  }
  return codes
}

/** What is known when no answer came: nothing, unless the request cannot have arrived. */
export const unanswered = (cause: unknown): SpeechError =>
  codesOf(cause).some((code) => neverSent.has(code))
    ? new SpeechError('busy', 'SPEECH_UNAVAILABLE', 'the provider cannot be reached', { cause })
    : new SpeechError('lost', 'SPEECH_UNKNOWN', 'the provider did not answer', { cause })
