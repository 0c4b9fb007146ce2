import { type ClipVendor, FilmError } from '../../domain/vendor.ts'
import type { VendorOptions } from './runway.ts'
import { askedAgain, download, filmErrorOf, goneOr, patienceMs } from './vendor-answers.ts'

const clipSeconds = 5

interface Answer {
  status: number
  headers: Headers
  body: Record<string, unknown>
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')

/** The name of an application without what it does: requests are asked about by that. */
const applicationOf = (model: string): string => model.split('/').slice(0, 2).join('/')

/**
 * Pika's models by the queue of fal, where its API is. The queue has no key for one request and no list of requests: an
 * answer that is lost stays unknown.
 */
export const pikaVendor = ({ apiKey, baseUrl, model, microsPerSecond }: VendorOptions): ClipVendor => {
  const ask = async (path: string, init: RequestInit): Promise<Answer> => {
    const headers = { authorization: `Key ${apiKey}`, 'content-type': 'application/json', ...init.headers }
    try {
      const response = await fetch(`${baseUrl}/${path}`, { ...init, headers })
      const body = (await response.json()) as Answer['body']
      return { status: response.status, headers: response.headers, body }
    } catch (cause) {
      throw filmErrorOf(cause, {})
    }
  }
  const refusal = ({ status, headers, body }: Answer): FilmError =>
    filmErrorOf(new Error(textOf(body.detail)), { status, headers })
  const requests = `${applicationOf(model)}/requests`
  return {
    name: 'pika',
    clipSeconds,
    clipMicros: clipSeconds * microsPerSecond,
    submit: async ({ key, prompt }) => {
      const answer = await ask(model, {
        method: 'POST',
        headers: { 'idempotency-key': key },
        body: JSON.stringify({ prompt, aspect_ratio: '16:9', resolution: '720p', duration: clipSeconds }),
        signal: AbortSignal.timeout(patienceMs),
      })
      if (answer.status >= 300) throw refusal(answer)
      const id = textOf(answer.body.request_id)
      if (id === '') throw new FilmError('lost', 'FILM_UNKNOWN', 'the provider did not say what it calls the clip')
      return id
    },
    poll: async (id, signal) => {
      const read = async (path: string): Promise<Answer> => {
        try {
          return await ask(path, { signal: AbortSignal.any([signal, AbortSignal.timeout(patienceMs)]) })
        } catch (error) {
          signal.throwIfAborted()
          throw askedAgain(error as FilmError)
        }
      }
      const state = await read(`${requests}/${encodeURIComponent(id)}/status`)
      if (state.status >= 300) return goneOr(refusal(state), state.status)
      if (state.body.status !== 'COMPLETED')
        return { state: 'running', share: state.body.status === 'IN_PROGRESS' ? 0.5 : 0 }
      const made = await read(`${requests}/${encodeURIComponent(id)}`)
      // What it refuses to make, it says here.
      if (made.status === 422) return { state: 'failed', reason: textOf(made.body.detail) || 'FAILED' }
      if (made.status >= 300) return goneOr(refusal(made), made.status)
      const { url } = (made.body.video ?? {}) as { url?: unknown }
      return { state: 'done', url: textOf(url) }
    },
    fetch: download,
  }
}
