import { type DescMessage, fromBinary, type MessageShape } from '@bufbuild/protobuf'
import { Code, ConnectError } from '@connectrpc/connect'
import {
  type Compression,
  compressionNegotiate,
  createMethodSerializationLookup,
  type UniversalHandlerOptions,
  validateUniversalHandlerOptions,
} from '@connectrpc/connect/protocol'
import { InFlight } from '../../infrastructure/in-flight.ts'
import { HeaderFields } from '../../infrastructure/unary/header-fields.ts'
import { UnaryCall, type UnarySpec, unaryInvoker } from '../../infrastructure/unary/unary-call.ts'
import type { HttpHandler, NodeServerRequest } from '../http-handler.ts'
import { untilTooLong } from '../list-limits.ts'
import { type Outcome, writeAnswer } from './answers.ts'
import { onlyMessage, secondMessageWatch, tooLarge } from './envelopes.ts'
import { type GetRequest, readGet } from './get-request.ts'
import { type Codec, codecOf } from './protocols.ts'
import { type Arrived, clientLeft, readBody } from './read-body.ts'

type Message = MessageShape<DescMessage>

const urlOf = (request: NodeServerRequest): string => {
  const scheme = 'encrypted' in request.socket && request.socket.encrypted ? 'https' : 'http'
  const authority = 'authority' in request ? request.authority : request.headers.host
  return new URL(request.url ?? '/', `${scheme}://${authority}`).toString()
}

/** Refuses a body that grows too large while it arrives. */
const sizeWatch =
  (maxBytes: number) =>
  ({ size }: Arrived): boolean => {
    if (size <= maxBytes) return false
    throw new ConnectError(`message size is larger than configured readMaxBytes ${maxBytes}`, Code.ResourceExhausted)
  }

const openCall = (
  { protocol, isBinary }: Codec,
  request: NodeServerRequest,
  spec: UnarySpec,
  timeoutMs: number | undefined,
  encoding: string | undefined,
): UnaryCall => {
  const isConnect = protocol.name === 'connect'
  const responseHeader = new HeaderFields({ 'content-type': isBinary ? protocol.proto : protocol.json })
  if (encoding && !isConnect) responseHeader.set(protocol.encodingHeader, encoding)
  return new UnaryCall({
    method: spec.method,
    protocolName: protocol.name,
    requestMethod: request.method ?? 'POST',
    requestHeader: HeaderFields.received(request.headers),
    responseHeader,
    responseTrailer: isConnect ? undefined : new HeaderFields({ 'grpc-status': '0' }),
    timeoutMs,
    url: () => urlOf(request),
  })
}

/** Without what Buffer does otherwise: handlers keep parts of it as the bytes of a message. */
const plain = ({ buffer, byteOffset, byteLength }: Uint8Array) => new Uint8Array(buffer, byteOffset, byteLength)

/** Reads and writes the messages of one method. */
const messagesOf = ({ method }: UnarySpec, options: UniversalHandlerOptions) => {
  const { binaryOptions, jsonOptions, readMaxBytes } = options
  const serialization = createMethodSerializationLookup(method, binaryOptions, jsonOptions, options)
  const parseBinary = (data: Uint8Array): Message => {
    if (data.byteLength > readMaxBytes) throw tooLarge(data.byteLength, readMaxBytes)
    try {
      return fromBinary(method.input, untilTooLong(method.input, plain(data)), binaryOptions)
    } catch (error) {
      throw new ConnectError(`parse binary: ${(error as Error).message}`, Code.InvalidArgument)
    }
  }
  const parserOf = (isBinary: boolean) => (isBinary ? parseBinary : serialization.getI(false).parse)

  const sizeIsEnough = sizeWatch(readMaxBytes)
  const readPlain = (request: NodeServerRequest, call: UnaryCall): Promise<Buffer> => {
    const declared = Number(request.headers['content-length'])
    if (declared > readMaxBytes) throw tooLarge(declared, readMaxBytes)
    return readBody(request, call, sizeIsEnough)
  }
  return {
    read: async (
      request: NodeServerRequest,
      call: UnaryCall,
      codec: Codec,
      compression: Compression | null,
      get?: GetRequest,
    ) => {
      const parse = parserOf(codec.isBinary)
      if (get) return parse(await get.message(compression, readMaxBytes))
      if (codec.protocol.name === 'connect') {
        const body = await readPlain(request, call)
        return parse(compression ? await compression.decompress(body as Uint8Array<ArrayBuffer>, readMaxBytes) : body)
      }
      const hasTrailers = codec.protocol.name === 'grpc-web'
      const body = await readBody(request, call, secondMessageWatch(readMaxBytes, hasTrailers))
      return onlyMessage(body, { maxBytes: readMaxBytes, compression, hasTrailers, parse })
    },
    write: (message: Message, isBinary: boolean): Uint8Array => serialization.getO(isBinary).serialize(message),
  }
}

/**
 * Makes handlers of unary methods that answer Connect (GET too), gRPC and gRPC-Web straight on node's servers: with the
 * gate, interceptors, limits, compression, details and trailers of Connect's own handlers.
 * What a unary call in one of these protocols does not look like goes to `otherwise`.
 */
export const unaryHandlers = (given: Partial<UniversalHandlerOptions>) => {
  const options = validateUniversalHandlerOptions(given)
  const { acceptCompression, compressMinBytes, jsonOptions, maxTimeoutMs, requestGate, shutdownSignal } = options
  const running = new InFlight<number, UnaryCall>()
  let count = 0
  const endAll = () => {
    for (const call of running.values()) call.abort(shutdownSignal?.reason)
  }
  shutdownSignal?.addEventListener('abort', endAll, { once: true })

  return (spec: UnarySpec, otherwise: HttpHandler): HttpHandler => {
    const invoke = unaryInvoker(spec, options.interceptors)
    const messages = messagesOf(spec, options)
    return async (request, response) => {
      const get = readGet(request, spec.method)
      const codec = get
        ? get.codec
        : request.method === 'POST'
          ? codecOf(request.headers['content-type'] ?? '')
          : undefined
      if (!codec) return otherwise(request, response)

      const { protocol, isBinary } = codec
      const header = (name: string) => (request.headers[name] as string | undefined) ?? null
      const timeout = protocol.parseTimeout(header(protocol.timeoutHeader), maxTimeoutMs)
      const compression = compressionNegotiate(
        acceptCompression,
        get ? get.compression : header(protocol.encodingHeader),
        header(protocol.acceptEncodingHeader),
        protocol.acceptEncodingHeader,
      )
      const call = openCall(codec, request, spec, timeout.timeoutMs, compression.response?.name)
      const number = count++
      running.set(number, call)
      if (shutdownSignal?.aborted) call.abort(shutdownSignal.reason)
      response.on('close', () => call.abort(clientLeft))
      let outcome: Outcome
      try {
        if (requestGate) await requestGate(call)
        if (compression.error) throw compression.error
        if (timeout.error) throw timeout.error
        const input = await messages.read(request, call, codec, compression.request, get)
        outcome = { message: messages.write(await invoke(call, input), isBinary) }
      } catch (error) {
        call.abort(error)
        outcome = { error }
      } finally {
        running.delete(number)
        call.abort()
      }
      const written = { protocol, compression: compression.response, compressMinBytes, jsonOptions }
      return writeAnswer(request, response, call, outcome, written)
    }
  }
}
