import { once } from 'node:events'
import http2, { type ClientHttp2Stream, type IncomingHttpHeaders, type OutgoingHttpHeaders } from 'node:http2'
import type { DescMessage, MessageShape } from '@bufbuild/protobuf'
import { Code, ConnectError, createContextValues, type StreamResponse, type Transport } from '@connectrpc/connect'
import { runStreamingCall } from '@connectrpc/connect/protocol'
import { endStreamFlag, endStreamFromJson, validateResponse } from '@connectrpc/connect/protocol-connect'
import { envelope, envelopeHeaderBytes } from '../unary/envelope.ts'
import { HeaderFields } from '../unary/header-fields.ts'
import { cancellable, linkedController } from './cancellable.ts'
import { bounded } from './deadline.ts'
import { pathOf } from './local-call.ts'
import { decode, encode } from './message-codec.ts'
import { lost } from './open-stream.ts'
import { requestHeaders } from './request-headers.ts'

/** Ends a stream with its caller's signal, and tells who waits for a part of it. */
const endingOf = (stream: ClientHttp2Stream, signal: AbortSignal) => {
  const { promise: early, reject } = Promise.withResolvers<never>()
  // Nobody may be waiting.
  early.catch(() => {})
  const end = (error: unknown) => {
    reject(error)
    stream.close(http2.constants.NGHTTP2_CANCEL)
  }
  const onAbort = () => end(signal.reason)
  let cause: unknown
  stream.on('error', (error) => {
    cause = error
  })
  stream.once('close', () => {
    signal.removeEventListener('abort', onAbort)
    reject(lost(stream, cause))
  })
  if (signal.aborted) onAbort()
  else signal.addEventListener('abort', onAbort, { once: true })
  return {
    /** Rejects when the call has ended before its answer did. */
    early,
    end,
  }
}

type Ending = ReturnType<typeof endingOf>

const sendAll = async (stream: ClientHttp2Stream, bodies: AsyncIterable<Uint8Array>, { early, end }: Ending) => {
  try {
    for await (const body of bodies) {
      if (stream.closed || stream.destroyed) return
      if (!stream.write(body)) await Promise.race([once(stream, 'drain'), early])
    }
    stream.end()
  } catch (error) {
    end(error)
  }
}

async function* bytesOf(stream: ClientHttp2Stream, { early }: Ending): AsyncGenerator<Buffer> {
  const chunks = stream.iterator({ destroyOnReturn: false })
  for (;;) {
    const next = await Promise.race([chunks.next(), early])
    if (next.done) break
    yield next.value as Buffer
  }
  if (stream.rstCode) await early
}

interface Envelope {
  flags: number
  data: Uint8Array
}

/** The envelopes of a body. Throws as soon as one turns out to be too large. */
async function* envelopesOf(chunks: AsyncIterable<Buffer>, maxBytes: number): AsyncGenerator<Envelope, void> {
  let held: Buffer[] = []
  let size = 0
  let needed = envelopeHeaderBytes
  for await (const chunk of chunks) {
    held.push(chunk)
    size += chunk.byteLength
    if (size < needed) continue
    let bytes = held.length === 1 ? chunk : Buffer.concat(held, size)
    for (;;) {
      needed = envelopeHeaderBytes
      if (bytes.byteLength < needed) break
      const length = bytes.readUInt32BE(1)
      if (length > maxBytes)
        throw new ConnectError(`message of ${length} bytes exceeds ${maxBytes}`, Code.ResourceExhausted)
      needed += length
      if (bytes.byteLength < needed) break
      yield { flags: bytes[0] as number, data: bytes.subarray(envelopeHeaderBytes, needed) }
      bytes = bytes.subarray(needed)
    }
    held = [bytes]
    size = bytes.byteLength
  }
}

/** The messages of a Connect stream; what its last envelope says is thrown or added to the trailer. */
async function* messagesOf<O extends DescMessage>(
  output: O,
  envelopes: AsyncIterable<Envelope>,
  header: Headers,
  trailer: Headers,
): AsyncGenerator<MessageShape<O>> {
  for await (const { flags, data } of envelopes) {
    if (flags === 0) {
      yield decode(output, data)
      continue
    }
    if (flags !== endStreamFlag) throw new ConnectError(`unknown flags ${flags} of an envelope`, Code.Internal)
    const { error, metadata } = endStreamFromJson(data)
    if (error) {
      for (const [name, value] of header) error.metadata.append(name, value)
      throw error
    }
    for (const [name, value] of metadata) trailer.append(name, value)
    return
  }
  throw new ConnectError('the stream ended without its last envelope', Code.Unavailable)
}

async function* encoded<I extends DescMessage>(input: I, messages: AsyncIterable<unknown>, maxBytes: number) {
  for await (const message of messages) yield envelope(0, encode(input, message as never, maxBytes))
}

/** How streams are opened, for a request's headers. */
export type OpenStream = (headers: OutgoingHttpHeaders) => Promise<ClientHttp2Stream>

/**
 * The streaming half of a transport, in Connect's protocol over HTTP/2 streams that `open` opens. Messages are sent as
 * they come and read as they are asked for, so that a slow reader slows the server down.
 */
export const networkStreams =
  (open: OpenStream, maxMessageBytes: number): Transport['stream'] =>
  async (method, signal, timeoutMs, header, input, contextValues = createContextValues()) => {
    const { controller, release } = linkedController(signal)
    const response = await runStreamingCall({
      ...(bounded(timeoutMs) && { timeoutMs }),
      signal: controller.signal,
      req: {
        service: method.parent,
        method,
        requestMethod: 'POST',
        url: `http://mesh${pathOf(method)}`,
        header: new Headers(header),
        stream: true,
        contextValues,
        message: input,
      },
      next: async (request): Promise<StreamResponse<typeof method.input, typeof method.output>> => {
        const stream = await open(requestHeaders(method, 'application/connect+proto', timeoutMs, request.header))
        const ending = endingOf(stream, request.signal)
        void sendAll(stream, encoded(method.input, request.message, maxMessageBytes), ending)
        const responded = once(stream, 'response') as Promise<[IncomingHttpHeaders]>
        const [headers] = await Promise.race([responded, ending.early])
        const received = HeaderFields.received(headers)
        validateResponse(method.methodKind, true, Number(headers[':status']), received)
        const envelopes = envelopesOf(bytesOf(stream, ending), maxMessageBytes)
        const trailer = new Headers()
        const message = messagesOf(method.output, envelopes, received, trailer)
        return { stream: true, service: method.parent, method, header: received, message, trailer }
      },
    }).catch((error: unknown) => {
      release()
      throw error
    })
    async function* messages() {
      try {
        yield* response.message
      } finally {
        release()
      }
    }
    const giveUp = () => {
      release()
      controller.abort()
    }
    return { ...response, message: cancellable(messages(), giveUp) }
  }
