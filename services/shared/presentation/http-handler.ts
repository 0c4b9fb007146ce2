import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Readable } from 'node:stream'
import type { Http2Request, Http2Response } from './http2-exchange.ts'

/** A request of HTTP/1.1 or HTTP/2. */
export type NodeServerRequest = IncomingMessage | Http2Request

/** The response that belongs to it, with the writing methods that both kinds share. */
export type NodeServerResponse = ServerResponse | Http2Response

/** Answers one request. Resolves or returns when it has nothing more to do; what it throws is answered INTERNAL. */
export type HttpHandler = (request: NodeServerRequest, response: NodeServerResponse) => void | Promise<void>

/** The path of a request, without its query. */
export const pathOf = (request: NodeServerRequest): string => {
  const url = request.url ?? '/'
  const query = url.indexOf('?')
  return query < 0 ? url : url.slice(0, query)
}

// Node takes the socket off a request whose body is left half read: `destroyer` in its lib/internal/streams/destroy.js.
const sockets = new WeakMap<IncomingMessage, Socket>()
const socketOf = (request: IncomingMessage): Socket | undefined => request.socket ?? sockets.get(request)

/** Remembers the connection of a request that begins, for as long as there is the request. */
export const keepSocket = (request: NodeServerRequest): void => {
  if (!('stream' in request)) sockets.set(request, request.socket)
}

/** Ends a request at once: resets the stream (HTTP/2, with `code`, default CANCEL) or closes the connection (HTTP/1.1). */
export const cut = (request: NodeServerRequest, code = 0x8): void => {
  if ('stream' in request) request.stream.close(code)
  else socketOf(request)?.destroy()
}

/** What a request's body is read from. */
export const sourceOf = (request: NodeServerRequest): Readable => ('stream' in request ? request.stream : request)

/** Whether the whole body of a request has arrived, read or not. */
export const bodyArrived = (request: NodeServerRequest): boolean =>
  request.complete ||
  ('stream' in request &&
    (request.stream.endAfterHeaders || request.stream.destroyed || request.stream.state.remoteClose === 1))

/** Whether the client has left, or was cut off: an answer would reach nobody. */
export const isGone = (request: NodeServerRequest): boolean =>
  'stream' in request ? request.stream.destroyed : (socketOf(request)?.destroyed ?? true)
