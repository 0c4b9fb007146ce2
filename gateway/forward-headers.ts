import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http2'
import type { NodeServerRequest } from '#shared/presentation/http-handler.ts'

// What concerns one connection only, and what each side of the proxy says for itself.
const hopByHop = new Set([
  'connection',
  'expect',
  'host',
  'http2-settings',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

const endToEnd = (headers: IncomingHttpHeaders): OutgoingHttpHeaders => {
  const connection = headers.connection?.toLowerCase().split(/\s*,\s*/) ?? []
  const result: OutgoingHttpHeaders = {}
  for (const name in headers) {
    if (name.startsWith(':') || hopByHop.has(name) || connection.includes(name)) continue
    result[name] = headers[name]
  }
  return result
}

/** The headers of the request to `authority`, which takes the place of the one the client named. */
export const upstreamHeaders = (request: NodeServerRequest, authority: string): OutgoingHttpHeaders => ({
  ...endToEnd(request.headers),
  te: 'trailers',
  ':method': request.method ?? 'POST',
  ':path': request.url ?? '/',
  ':scheme': 'http',
  ':authority': authority,
})

/** The headers or trailers of an upstream's response, as the client gets them. */
export const downstreamHeaders = endToEnd
