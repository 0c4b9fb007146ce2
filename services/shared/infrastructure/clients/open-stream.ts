import http2, { type ClientHttp2Stream, type OutgoingHttpHeaders } from 'node:http2'
import { Code, ConnectError } from '@connectrpc/connect'
import type { Upstream } from '../upstream/upstream.ts'
import type { UpstreamPool } from '../upstream/upstreams.ts'

const { NGHTTP2_REFUSED_STREAM, NGHTTP2_ENHANCE_YOUR_CALM } = http2.constants

/** How many addresses, or connections to the one, are tried for a call of which nothing was begun. */
export const maxOpenings = 3

const failed = (message: string, code: Code, cause?: unknown) =>
  new ConnectError(message, code, undefined, undefined, cause)

/** Opens a stream at the address that `pick` names, if there is a connection to it. */
export const openNow = (pool: UpstreamPool, headers: OutgoingHttpHeaders): ClientHttp2Stream | undefined => {
  const upstream = pool.pick()
  if (!upstream) return undefined
  headers[':authority'] = upstream.authority
  return upstream.openNow(headers, false)
}

/** The same, connecting first where that is needed. UNAVAILABLE if no address can be reached; nothing was sent then. */
export const openStream = async (pool: UpstreamPool, headers: OutgoingHttpHeaders): Promise<ClientHttp2Stream> => {
  await pool.resolved
  const tried = new Set<Upstream>()
  for (let openings = 0; openings < maxOpenings; openings += 1) {
    const upstream = pool.pick(tried)
    if (!upstream) break
    tried.add(upstream)
    headers[':authority'] = upstream.authority
    const stream = await upstream.open(headers, false).catch(() => undefined)
    if (stream) return stream
  }
  const why = pool.whyUnreachable()
  throw failed(`no address can be reached${why ? `: ${why.message}` : ''}`, Code.Unavailable, why)
}

/** Whether a closed stream's server has certainly begun nothing, so that the call may be made again. */
export const wasRefused = (stream: ClientHttp2Stream): boolean => stream.rstCode === NGHTTP2_REFUSED_STREAM

/** The error of a call whose stream ended before its answer did. */
export const lost = (stream: ClientHttp2Stream, cause: unknown): ConnectError =>
  stream.rstCode === NGHTTP2_ENHANCE_YOUR_CALM
    ? failed('the server refuses so many calls', Code.ResourceExhausted, cause)
    : failed('the connection was lost before the answer was whole', Code.Unavailable, cause)
