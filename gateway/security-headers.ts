import type { HttpHandler } from '#shared/presentation/http-handler.ts'
import { protocolOf } from '#shared/presentation/protocol-error.ts'

const headers = {
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
}

/** Headers that keep browsers from misusing a plain HTTP answer. A handler that serves pages sets its own policy. */
export const securityHeaders =
  (next: HttpHandler): HttpHandler =>
  (request, response) => {
    if (protocolOf(request) === 'http') {
      for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
      if ('encrypted' in request.socket) response.setHeader('strict-transport-security', 'max-age=31536000')
    }
    return next(request, response)
  }
