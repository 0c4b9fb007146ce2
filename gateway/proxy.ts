import { Code } from '@connectrpc/connect'
import type { UpstreamPool } from '#shared/infrastructure/upstream/upstreams.ts'
import { type HttpHandler, isGone, pathOf } from '#shared/presentation/http-handler.ts'
import { writeProtocolError } from '#shared/presentation/protocol-error.ts'
import { type ExchangeOptions, exchange } from './exchange.ts'

export interface ProxyOptions extends ExchangeOptions {
  log: { warn(message: string, metadata?: object): void }
}

const defaults: ProxyOptions = {
  isSafe: () => false,
  isUpload: () => false,
  defaultTimeoutMs: () => 5000,
  maxRequestBytes: 4 * 1024 * 1024 + 1024,
  maxReplayBytes: 64 * 1024,
  log: { warn: () => {} },
}

/**
 * Forwards requests to the pool of their path, over HTTP/2 and without looking into bodies. A path that has no pool is
 * answered UNIMPLEMENTED. What an upstream fails to answer becomes UNAVAILABLE in the request's own protocol; a call
 * that certainly was not begun, or that may be repeated, is first tried once more.
 */
export const proxy = (
  pools: (path: string) => UpstreamPool | undefined,
  overrides: Partial<ProxyOptions> = {},
): HttpHandler => {
  const options = { ...defaults, ...overrides }
  return async (request, response) => {
    // A client that left while an earlier step was waiting closes nothing any more.
    if (isGone(request)) return
    const path = pathOf(request)
    const pool = pools(path)
    if (!pool) {
      writeProtocolError(request, response, { code: Code.Unimplemented, message: `unknown path ${path}` })
      return
    }
    const failure = await exchange(request, response, pool, options)
    if (failure && !isGone(request)) options.log.warn('upstream failed', { path, ...failure })
  }
}
