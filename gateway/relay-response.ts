import http2, { type ClientHttp2Stream, type IncomingHttpHeaders } from 'node:http2'
import { Code } from '@connectrpc/connect'
import { cut, isGone, type NodeServerRequest, type NodeServerResponse } from '#shared/presentation/http-handler.ts'
import {
  errorFrame,
  grpcStatus,
  type ProtocolError,
  type RequestProtocol,
} from '#shared/presentation/protocol-error.ts'
import { EnvelopeTracker } from './envelopes.ts'
import { downstreamHeaders } from './forward-headers.ts'

interface Relay {
  stream: ClientHttp2Stream
  headers: IncomingHttpHeaders
  /** The headers are the whole answer. */
  isWhole: boolean
  request: NodeServerRequest
  response: NodeServerResponse
  protocol: RequestProtocol
  /** Why the exchange was ended on this side, if it was. */
  whyOver: () => ProtocolError | 'client-left' | undefined
}

const lost: ProtocolError = {
  code: Code.Unavailable,
  message: 'the connection to the service was lost',
  reason: 'UPSTREAM_UNAVAILABLE',
}

/** Sends an upstream's response on as it comes. Resolves when that is done, with the cause if the upstream broke off. */
export const relayResponse = ({ stream, headers, isWhole, request, response, protocol, whyOver }: Relay) =>
  new Promise<string | undefined>((resolve) => {
    if (response.headersSent || isGone(request)) return resolve(undefined)
    response.statusCode = Number(headers[':status'] ?? 502)
    const forwarded = Object.entries(downstreamHeaders(headers))
    for (const [name, value] of forwarded) if (value !== undefined) response.setHeader(name, value)
    if (isWhole) {
      stream.resume()
      response.end()
      return resolve(undefined)
    }

    const hasFrames = protocol === 'connect-stream' || protocol === 'grpc-web'
    const isText = String(request.headers['content-type']).startsWith('application/grpc-web-text')
    const envelopes = hasFrames && !isText ? new EnvelopeTracker() : undefined
    let trailers: IncomingHttpHeaders | undefined
    let isEnded = false

    stream.on('trailers', (received: IncomingHttpHeaders) => {
      trailers = received
    })
    stream.on('data', (chunk: Buffer) => {
      envelopes?.see(chunk)
      if (!response.write(chunk)) stream.pause()
    })
    response.on('drain', () => stream.resume())
    stream.once('end', () => {
      isEnded = stream.rstCode === http2.constants.NGHTTP2_NO_ERROR && (protocol !== 'grpc' || trailers !== undefined)
      if (!isEnded) return
      if (trailers) {
        // Ending a response whose headers are not sent yet would make them the whole answer.
        if (!response.headersSent) flushHeaders(response)
        response.addTrailers(asTrailers(trailers))
      }
      response.end()
    })
    stream.once('close', () => {
      if (isEnded) return resolve(undefined)
      const why = whyOver()
      if (why !== 'client-left') breakOff(request, response, protocol, envelopes, why ?? lost)
      resolve(why ? undefined : `the stream was closed with code ${stream.rstCode}`)
    })
    // The first bytes mostly follow at once and share a packet with the headers; a silent stream shows its headers.
    setImmediate(() => {
      if (!response.headersSent && !response.writableEnded && !isGone(request)) flushHeaders(response)
    })
  })

const flushHeaders = (response: NodeServerResponse): void => {
  response.writeHead(response.statusCode)
  if ('flushHeaders' in response) response.flushHeaders()
}

const asTrailers = (trailers: IncomingHttpHeaders) => downstreamHeaders(trailers) as Record<string, string>

const breakOff = (
  request: NodeServerRequest,
  response: NodeServerResponse,
  protocol: RequestProtocol,
  envelopes: EnvelopeTracker | undefined,
  error: ProtocolError,
): void => {
  if (response.writableEnded || isGone(request)) return
  const frame = envelopes?.atBoundary ? errorFrame(protocol, error) : undefined
  if (protocol === 'grpc') response.addTrailers(grpcStatus(error))
  if (frame) response.write(frame)
  if (protocol === 'grpc' || frame) response.end()
  else cut(request, http2.constants.NGHTTP2_INTERNAL_ERROR)
}
