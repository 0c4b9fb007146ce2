import { cors as rpc } from '@connectrpc/connect'
import type { HttpHandler } from '#shared/presentation/http-handler.ts'

const allowedMethods = rpc.allowedMethods.join(', ')

const allowedHeaders = [
  ...rpc.allowedHeaders,
  'Api-Version',
  'Authorization',
  'Idempotency-Key',
  'If-None-Match',
  'If-Range',
  'Range',
  'Traceparent',
  'Tracestate',
  'X-Api-Key',
  'X-Correlation-Id',
].join(', ')

const exposedHeaders = [
  ...rpc.exposedHeaders,
  'Accept-Ranges',
  'Content-Range',
  'ETag',
  'RateLimit',
  'RateLimit-Policy',
  'Retry-After',
  'X-Correlation-Id',
  'X-Request-Id',
].join(', ')

/**
 * Lets scripts of these origins call from browsers and answers their preflight requests. `'*'` means any. Cookies are
 * never allowed along: callers prove who they are with a header.
 */
export const cors = (origins: readonly string[] | '*') => {
  const allowed = (origin: string) => (origins === '*' ? '*' : origins.includes(origin) ? origin : undefined)
  return (next: HttpHandler): HttpHandler =>
    (request, response) => {
      const { origin } = request.headers
      if (origins !== '*') response.setHeader('vary', 'origin')
      const allow = origin === undefined ? undefined : allowed(origin)
      if (allow) {
        response.setHeader('access-control-allow-origin', allow)
        response.setHeader('access-control-expose-headers', exposedHeaders)
      }
      if (request.method !== 'OPTIONS' || !request.headers['access-control-request-method']) {
        return next(request, response)
      }
      if (allow) {
        response.setHeader('access-control-allow-methods', allowedMethods)
        response.setHeader('access-control-allow-headers', allowedHeaders)
        response.setHeader('access-control-max-age', '7200')
      }
      response.statusCode = 204
      response.end()
    }
}
