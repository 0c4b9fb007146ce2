import { setTimeout as sleep } from 'node:timers/promises'
import { S3mini } from 's3mini'
import { blobsUnavailable } from './blob-errors.ts'
import type { S3Settings } from './blob-settings.ts'

const tries = 4
const firstPauseMs = 100

/** Answers that another try may better. */
const isPassing = (status: number): boolean => status >= 500 || status === 429 || status === 408

export interface S3Answer<T> {
  value: T
  /** Of the last request that was made. */
  response: Response
}

/** What a request is ended by, besides its time. */
interface Bounds {
  signal?: AbortSignal | undefined
}

export interface S3Requests {
  /**
   * Makes requests until they are answered; what another try may better is tried again, longer apart each time. Throws the
   * signal's reason, or BLOBS_UNAVAILABLE.
   */
  ask<T>(make: (client: S3mini) => Promise<T>, bounds?: Bounds): Promise<S3Answer<T>>
  /** The same, where these statuses are answers: then the value is undefined. */
  askOr<T>(
    statuses: readonly number[],
    make: (client: S3mini) => Promise<T>,
    bounds?: Bounds,
  ): Promise<S3Answer<T | undefined>>
}

/** Requests to a bucket. A client is made for each, for it tells neither headers nor status of what it is answered. */
export const s3Requests = ({ url, region, accessKeyId, secretAccessKey, timeoutMs }: S3Settings): S3Requests => {
  const once = async <T>(
    make: (client: S3mini) => Promise<T>,
    signal: AbortSignal | undefined,
    statuses: readonly number[],
  ): Promise<S3Answer<T | undefined> | { failure: unknown; isFinal: boolean }> => {
    let response: Response | undefined
    const client = new S3mini({
      endpoint: url,
      region,
      accessKeyId,
      secretAccessKey,
      fetch: async (input, init) => {
        // The time is for the answer to begin: how long its body may take is up to who reads it.
        const late = new AbortController()
        const timer = setTimeout(() => late.abort(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs)
        const signals = signal ? [signal, late.signal] : [late.signal]
        try {
          response = await fetch(input, { ...init, redirect: 'manual', signal: AbortSignal.any(signals) })
          return response
        } finally {
          clearTimeout(timer)
        }
      },
    })
    try {
      const value = await make(client)
      if (!response) throw new Error('nothing was asked')
      return { value, response }
    } catch (failure) {
      signal?.throwIfAborted()
      if (response && statuses.includes(response.status)) return { value: undefined, response }
      return { failure, isFinal: response !== undefined && !response.ok && !isPassing(response.status) }
    }
  }

  const askOr: S3Requests['askOr'] = async (statuses, make, { signal } = {}) => {
    for (let tried = 1; ; tried++) {
      signal?.throwIfAborted()
      const answer = await once(make, signal, statuses)
      if ('response' in answer) return answer
      if (answer.isFinal || tried === tries) throw blobsUnavailable(answer.failure)
      await sleep(firstPauseMs * 2 ** (tried - 1) * (0.5 + Math.random()), undefined, signal ? { signal } : {}).catch(
        () => {},
      )
    }
  }
  return { askOr, ask: async (make, bounds) => (await askOr([], make, bounds)) as never }
}
