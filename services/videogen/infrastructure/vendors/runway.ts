import RunwayML from '@runwayml/sdk'
import type { ClipVendor } from '../../domain/vendor.ts'
import { download, filmErrorOf, goneOr, patienceMs } from './vendor-answers.ts'

export interface VendorOptions {
  apiKey: string
  baseUrl: string
  model: string
  microsPerSecond: number
}

const statusOf = (cause: unknown): number | undefined =>
  cause instanceof RunwayML.APIError ? (cause.status as number | undefined) : undefined

const errorOf = (cause: unknown) =>
  filmErrorOf(cause, {
    status: statusOf(cause),
    headers: cause instanceof RunwayML.APIError ? cause.headers : undefined,
  })

const clipSeconds = 10

/**
 * Runway's generation of videos from text. It has neither a key for one request nor a list of tasks: an answer that is lost
 * stays unknown.
 */
export const runwayVendor = ({ apiKey, baseUrl, model, microsPerSecond }: VendorOptions): ClipVendor => {
  // It would ask, and pay, twice more by itself.
  const client = new RunwayML({ apiKey, baseURL: baseUrl, maxRetries: 0, timeout: patienceMs })
  return {
    name: 'runway',
    clipSeconds,
    clipMicros: clipSeconds * microsPerSecond,
    submit: async ({ key, prompt }) => {
      try {
        const { id } = await client.textToVideo.create(
          { model: model as 'gen4.5', promptText: prompt, ratio: '1280:720', duration: clipSeconds },
          { headers: { 'idempotency-key': key } },
        )
        return id
      } catch (cause) {
        throw errorOf(cause)
      }
    },
    poll: async (id, signal) => {
      try {
        const task = await client.tasks.retrieve(id, { signal })
        if (task.status === 'SUCCEEDED') return { state: 'done', url: task.output[0] ?? '' }
        if (task.status === 'FAILED') return { state: 'failed', reason: task.failureCode ?? 'FAILED' }
        if (task.status === 'CANCELLED') return { state: 'failed', reason: 'CANCELLED' }
        return { state: 'running', share: task.status === 'RUNNING' ? (task.progress ?? 0) : 0 }
      } catch (cause) {
        signal.throwIfAborted()
        return goneOr(errorOf(cause), statusOf(cause))
      }
    },
    fetch: download,
  }
}
