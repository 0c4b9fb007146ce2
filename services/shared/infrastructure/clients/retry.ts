import { setTimeout as sleep } from 'node:timers/promises'
import type { DescMethod } from '@bufbuild/protobuf'
import { durationMs, MethodOptions_IdempotencyLevel } from '@bufbuild/protobuf/wkt'
import { Code, ConnectError } from '@connectrpc/connect'
import { RetryInfoSchema } from '#gen/google/rpc/error_details_pb.ts'
import { HeaderFields, type HeadersLike } from '../unary/header-fields.ts'
import { countdown } from './deadline.ts'

const maxTries = 3
const baseMs = 20

/**
 * What one target's callers may spend on retries, so that an outage is not multiplied: a token a retry, earned back
 * by tenths with each success.
 */
export interface RetryBudget {
  earn(): void
  /** Takes a token for one retry; false when there is none. */
  spend(): boolean
}

/** A budget that starts, and can never hold more than, `capacity` tokens. */
export const retryBudget = (capacity = 10, perSuccess = 0.1): RetryBudget => {
  let tokens = capacity
  return {
    earn: () => {
      tokens = Math.min(capacity, tokens + perSuccess)
    },
    spend: () => {
      if (tokens < 1) return false
      tokens -= 1
      return true
    },
  }
}

/** Whether doing the call twice is as good as doing it once: a read, or a call with an idempotency key. */
export const repeatable = (method: DescMethod, headers: HeadersLike): boolean =>
  method.idempotency === MethodOptions_IdempotencyLevel.NO_SIDE_EFFECTS ||
  HeaderFields.view(headers).has('idempotency-key')

const pauseMs = (tries: number, error: ConnectError, random: () => number): number => {
  const wanted = error.findDetails(RetryInfoSchema)[0]?.retryDelay
  return (wanted ? durationMs(wanted) : 0) + random() * baseMs * 2 ** (tries - 1)
}

export interface RetryOptions {
  repeatable: boolean
  budget: RetryBudget
  /** Uniform in [0, 1). */
  random: () => number
  timeoutMs: number | undefined
  signal: AbortSignal | undefined
}

/**
 * Calls, and calls again after UNAVAILABLE: at most three tries, with exponential backoff and full jitter on top of
 * what RetryInfo asks for, while deadline and budget allow. `call` gets what is left of the timeout.
 */
export const retrying = async <T>(
  options: RetryOptions,
  call: (timeoutMs: number | undefined) => Promise<T>,
): Promise<T> => {
  const { budget, random, timeoutMs, signal } = options
  const left = countdown(timeoutMs)
  for (let tries = 1; ; tries++) {
    try {
      const result = await call(tries === 1 ? timeoutMs : left())
      budget.earn()
      return result
    } catch (error) {
      const again = options.repeatable && tries < maxTries && error instanceof ConnectError
      if (!again || error.code !== Code.Unavailable || signal?.aborted) throw error
      const pause = pauseMs(tries, error, random)
      if (timeoutMs !== undefined && timeoutMs > 0 && pause >= (left() ?? 0)) throw error
      if (!budget.spend()) throw error
      await sleep(pause, undefined, signal ? { signal } : {}).catch(() => {
        throw ConnectError.from(signal?.reason, Code.Canceled)
      })
    }
  }
}
