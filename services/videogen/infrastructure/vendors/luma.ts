import { LumaAI } from 'lumaai'
import type { ClipVendor } from '../../domain/vendor.ts'
import type { VendorOptions } from './runway.ts'
import { askedAgain, download, filmErrorOf, goneOr, patienceMs } from './vendor-answers.ts'

const clipSeconds = 5
const pageSize = 100
/** Farther back nothing is looked for. */
const mostPages = 10
/** Clocks differ. */
const slackMs = 60_000

const statusOf = (cause: unknown): number | undefined =>
  cause instanceof LumaAI.APIError ? (cause.status as number | undefined) : undefined

const errorOf = (cause: unknown) => filmErrorOf(cause, { status: statusOf(cause) })

/**
 * Luma's Dream Machine. It has no key for one request, but a list of generations, newest first, that say what was asked for:
 * one whose answer was lost is found there by its prompt.
 */
export const lumaVendor = ({ apiKey, baseUrl, model, microsPerSecond }: VendorOptions): ClipVendor => {
  // It would ask, and pay, twice more by itself.
  const client = new LumaAI({ authToken: apiKey, baseURL: baseUrl, maxRetries: 0, timeout: patienceMs })
  return {
    name: 'luma',
    clipSeconds,
    clipMicros: clipSeconds * microsPerSecond,
    submit: async ({ key, prompt }) => {
      try {
        const { id = '' } = await client.generations.create(
          { model: model as 'ray-2', prompt, aspect_ratio: '16:9', resolution: '720p', duration: `${clipSeconds}s` },
          { headers: { 'idempotency-key': key } },
        )
        return id
      } catch (cause) {
        throw errorOf(cause)
      }
    },
    poll: async (id, signal) => {
      try {
        const { state, assets, failure_reason } = await client.generations.get(id, { signal })
        if (state === 'completed') return { state: 'done', url: assets?.video ?? '' }
        if (state === 'failed') return { state: 'failed', reason: failure_reason ?? 'FAILED' }
        return { state: 'running', share: state === 'dreaming' ? 0.5 : 0 }
      } catch (cause) {
        signal.throwIfAborted()
        return goneOr(errorOf(cause), statusOf(cause))
      }
    },
    find: async (prompt, since, signal) => {
      const found: string[] = []
      try {
        for (let page = 0; page < mostPages; page += 1) {
          const offset = page * pageSize
          const { generations } = await client.generations.list({ limit: pageSize, offset }, { signal })
          for (const { id, created_at, request } of generations) {
            if (Date.parse(created_at ?? '') < since.getTime() - slackMs) return found.toReversed()
            if (id && request && 'prompt' in request && request.prompt === prompt) found.push(id)
          }
          if (generations.length < pageSize) break
        }
        return found.toReversed()
      } catch (cause) {
        signal.throwIfAborted()
        throw askedAgain(errorOf(cause))
      }
    },
    fetch: download,
  }
}
