import type { HttpHandler } from '#shared/presentation/http-handler.ts'
import { apiVersion } from './api-version.ts'
import { cors } from './cors.ts'
import { type FloodOptions, floodLimit } from './flood-limit.ts'
import { internalHeaders } from './internal-headers.ts'
import { securityHeaders } from './security-headers.ts'
import { sizeLimit } from './size-limit.ts'

export interface EdgeOptions {
  /** Addresses or CIDR blocks of proxies in front whose `x-forwarded-*` are believed. Default: none. */
  trustedProxies?: readonly string[]
  /** Web origins whose scripts may call. Default: any. */
  origins?: readonly string[] | '*'
  /** Whether a fully qualified service name exists, here or upstream. */
  isKnownService: (service: string) => boolean
  /** Methods whose request bodies may be of any length. Default: none. */
  isUpload?: (path: string) => boolean
  /** Longest request body. Default: 4 MiB and 1 KiB for envelopes. */
  maxRequestBytes?: number
  /** Default: 500 requests a second, 1,000 at once, 50,000 addresses. */
  flood?: Partial<FloodOptions>
}

/** All that happens to a request from outside before it is routed. Throws if an entry of `trustedProxies` is no address. */
export const edge = (options: EdgeOptions): ((next: HttpHandler) => HttpHandler) => {
  const flood = { perSecond: 500, burst: 1000, maxAddresses: 50_000, now: () => performance.now(), ...options.flood }
  const steps = [
    internalHeaders(options.trustedProxies ?? []),
    securityHeaders,
    cors(options.origins ?? '*'),
    floodLimit(flood),
    sizeLimit(options.maxRequestBytes ?? 4 * 1024 * 1024 + 1024, options.isUpload ?? (() => false)),
    apiVersion(options.isKnownService),
  ]
  return (next) => steps.reduceRight((handler, step) => step(handler), next)
}
