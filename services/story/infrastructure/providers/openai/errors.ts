import OpenAI from 'openai'
import { retryAfterMs } from '#shared/infrastructure/retry-after.ts'
import { AnalyzerError } from '../../../domain/analysis.ts'

/** Says of anything the client throws whether trying again may help, and after how long. */
export const toAnalyzerError = (cause: unknown): AnalyzerError => {
  if (cause instanceof AnalyzerError) return cause
  const fail = (reason: string, retryable: boolean, message: string, wait?: number): AnalyzerError =>
    new AnalyzerError(reason, message, { retryable, cause, ...(wait === undefined ? {} : { retryAfterMs: wait }) })
  if (cause instanceof OpenAI.APIConnectionError)
    return fail('PROVIDER_UNREACHABLE', true, 'the provider cannot be reached')
  if (!(cause instanceof OpenAI.APIError)) return fail('INVALID_ANSWER', true, 'the provider answered in no known form')
  const { status } = cause
  const wait = retryAfterMs(cause.headers)
  if (status === 429) {
    const spent = cause.code === 'insufficient_quota'
    return fail(spent ? 'QUOTA_SPENT' : 'RATE_LIMITED', !spent, 'the provider takes no more calls for now', wait)
  }
  if (status === undefined || status >= 500 || status === 408 || status === 409)
    return fail('PROVIDER_UNAVAILABLE', true, `the provider failed with ${status ?? 'no status'}`, wait)
  if (status === 401 || status === 403) return fail('CREDENTIALS_REJECTED', false, 'the provider rejects the API key')
  return fail('REQUEST_REJECTED', false, `the provider rejects the request with ${status}`)
}
