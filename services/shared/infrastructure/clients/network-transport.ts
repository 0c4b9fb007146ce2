import { Code, ConnectError, type Transport } from '@connectrpc/connect'
import { errorFromJsonBytes, trailerDemux, validateResponse } from '@connectrpc/connect/protocol-connect'
import { HeaderFields } from '../unary/header-fields.ts'
import { createUpstreamPool, type UpstreamPool } from '../upstream/upstreams.ts'
import { bounded } from './deadline.ts'
import { watchHealth } from './health-watch.ts'
import { decode, defaultMaxMessageBytes, encode } from './message-codec.ts'
import { networkStreams } from './network-stream.ts'
import { callUnary, type UnaryAnswer } from './network-unary.ts'
import { openStream } from './open-stream.ts'
import { requestHeaders } from './request-headers.ts'

export interface NetworkTransportOptions {
  /** As a pool takes them; several are as good as a name that has them all. */
  address: string | readonly string[]
  /** The largest message to send or accept, in bytes; 4 MiB. */
  maxMessageBytes?: number
}

const openPool = (address: string | readonly string[]): UpstreamPool =>
  createUpstreamPool(address, {
    connectTimeoutMs: 1000,
    health: watchHealth,
    pingIntervalMs: 5000,
    pingTimeoutMs: 5000,
    resolveIntervalMs: 5000,
    circuit: { threshold: 2, openMs: 100, maxOpenMs: 500 },
  })

const isMessage = ({ headers }: UnaryAnswer): boolean =>
  Number(headers[':status']) === 200 &&
  headers['content-type'] === 'application/proto' &&
  headers['content-encoding'] === undefined

/** What an answer says that is not the message that was asked for. */
const refusalOf = ({ headers, body }: UnaryAnswer): ConnectError => {
  const fields = HeaderFields.received(headers)
  const { isUnaryError, unaryError } = validateResponse('unary', true, Number(headers[':status']), fields)
  if (!isUnaryError) return new ConnectError('the answer is compressed, which nobody asked for', Code.Internal)
  const [header, trailer] = trailerDemux(fields)
  for (const [name, value] of trailer) header.append(name, value)
  return errorFromJsonBytes(body, header, unaryError)
}

/**
 * Calls between processes: a transport for Connect clients over HTTP/2, which keeps connections to all addresses of a
 * name, prefers those whose `grpc.health.v1` does not say NOT_SERVING, gives each call to the one of them that has the
 * fewest under way, and reconnects by itself. What cannot be reached answers UNAVAILABLE; too large a message, in either
 * direction, RESOURCE_EXHAUSTED. A `timeoutMs` of zero or less means no deadline. Connects on the first call.
 */
export const networkTransport = (options: NetworkTransportOptions): Transport & { close(): void } => {
  const { address, maxMessageBytes = defaultMaxMessageBytes } = options
  let opened: UpstreamPool | undefined
  let isClosed = false
  const pool = (): UpstreamPool => {
    if (isClosed) throw new ConnectError('the transport is closed', Code.Unavailable)
    opened ??= openPool(address)
    return opened
  }
  return {
    async unary(method, signal, timeoutMs, header, input) {
      const answer = await callUnary(pool(), {
        headers: requestHeaders(method, 'application/proto', timeoutMs, header),
        body: encode(method.input, input, maxMessageBytes),
        maxAnswerBytes: maxMessageBytes,
        timeoutMs: bounded(timeoutMs) ? timeoutMs : undefined,
        signal,
      })
      if (!isMessage(answer)) throw refusalOf(answer)
      const fields = () => trailerDemux(HeaderFields.received(answer.headers))
      return {
        stream: false,
        service: method.parent,
        method,
        // Hardly anybody reads them.
        get header() {
          return fields()[0]
        },
        message: decode(method.output, answer.body),
        get trailer() {
          return fields()[1]
        },
      }
    },

    stream: networkStreams(async (headers) => openStream(pool(), headers), maxMessageBytes),

    close: () => {
      isClosed = true
      opened?.close()
    },
  }
}
