import { LRUCache } from 'lru-cache'
import { addressKey } from '#shared/infrastructure/network-address.ts'
import type { HttpHandler } from '#shared/presentation/http-handler.ts'
import { overloaded, writeProtocolError } from '#shared/presentation/protocol-error.ts'
import { clientAddressHeader } from './internal-headers.ts'

export interface FloodOptions {
  /** Requests a second that one address may keep up. */
  perSecond: number
  /** Requests it may send at once. */
  burst: number
  /** Addresses remembered; the one unseen for longest is forgotten first. */
  maxAddresses: number
  /** Milliseconds that only go forward. */
  now: () => number
}

interface Bucket {
  tokens: number
  at: number
}

/** A token bucket per address. Returns the milliseconds to wait, 0 when the request may pass. */
export const tokenBuckets = ({ perSecond, burst, maxAddresses, now }: FloodOptions) => {
  const buckets = new LRUCache<string, Bucket>({ max: maxAddresses })
  return (address: string): number => {
    const key = addressKey(address)
    const at = now()
    const bucket = buckets.get(key) ?? { tokens: burst, at }
    const tokens = Math.min(burst, bucket.tokens + ((at - bucket.at) * perSecond) / 1000)
    const passes = tokens >= 1
    buckets.set(key, { tokens: passes ? tokens - 1 : tokens, at })
    return passes ? 0 : Math.ceil(((1 - tokens) * 1000) / perSecond)
  }
}

/** Refuses floods from one client address, coarsely and in this process only. */
export const floodLimit = (options: FloodOptions) => {
  const waitOf = tokenBuckets(options)
  return (next: HttpHandler): HttpHandler =>
    (request, response) => {
      const waitMs = waitOf(String(request.headers[clientAddressHeader] ?? ''))
      if (waitMs === 0) return next(request, response)
      const error = overloaded('TOO_MANY_REQUESTS', 'too many requests from this address', waitMs)
      writeProtocolError(request, response, { ...error, plainStatus: 429 })
    }
}
