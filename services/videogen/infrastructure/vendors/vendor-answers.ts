import { vendorAnswers } from '#shared/infrastructure/clients/vendor-answers.ts'
import { retryAfterMs } from '#shared/infrastructure/retry-after.ts'
import { FilmError } from '../../domain/vendor.ts'

const { answered, unanswered } = vendorAnswers(FilmError, 'FILM')

/** As long as a vendor may take to answer; what is asked for takes minutes, and is asked about. */
export const patienceMs = 60_000

/** What is known when an answer with a status came, or none did. */
export const filmErrorOf = (
  cause: unknown,
  { status, headers, code = '' }: { status?: number | undefined; headers?: Headers | undefined; code?: string },
): FilmError => {
  if (cause instanceof FilmError) return cause
  if (status === undefined) return unanswered(cause)
  const wait = retryAfterMs(headers)
  return answered(status, { code, cause, ...(wait === undefined ? {} : { retryAfterMs: wait }) })
}

/** Downloads a clip, as it comes. Nothing is paid for that. */
export const download = async (url: string, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>> => {
  const response = await fetch(url, { signal }).catch((cause: unknown) => {
    signal.throwIfAborted()
    throw new FilmError('busy', 'FILM_UNAVAILABLE', 'the clip cannot be fetched', { cause })
  })
  if (response.ok && response.body) return response.body
  await response.body?.cancel()
  throw new FilmError('busy', 'FILM_UNAVAILABLE', `the clip was answered with ${response.status}`)
}

/** Asking about something costs nothing: what is not answered is asked again. */
export const askedAgain = (error: FilmError): FilmError =>
  error.failure === 'lost' ? new FilmError('busy', 'FILM_UNAVAILABLE', error.message, { cause: error }) : error

/** What became of an accepted clip, of which the vendor may know nothing any more. */
export const goneOr = (error: FilmError, status: number | undefined): { state: 'failed'; reason: string } => {
  if (status === 404 || status === 410) return { state: 'failed', reason: 'CLIP_VANISHED' }
  throw askedAgain(error)
}
