import { Code, ConnectError } from '@connectrpc/connect'
import { encodeEnvelope } from '@connectrpc/connect/protocol'
import {
  codeToHttpStatus,
  endStreamFlag,
  endStreamToJson,
  errorToJsonBytes,
} from '@connectrpc/connect/protocol-connect'
import { setTrailerStatus } from '@connectrpc/connect/protocol-grpc'
import { trailerFlag, trailerSerialize } from '@connectrpc/connect/protocol-grpc-web'
import { ErrorInfoSchema, RetryInfoSchema } from '#gen/google/rpc/error_details_pb.ts'
import { isGone, type NodeServerRequest, type NodeServerResponse, pathOf } from './http-handler.ts'

/** How a request wants to be answered; `http` is anything that is no RPC. */
export type RequestProtocol = 'grpc' | 'grpc-web' | 'connect-unary' | 'connect-stream' | 'http'

/** An error found before any RPC handler runs. */
export interface ProtocolError {
  code: Code
  message: string
  /** UPPER_SNAKE_CASE constant for the ErrorInfo detail. */
  reason?: string
  /** When another try may succeed: RetryInfo and `retry-after`. */
  retryAfterMs?: number
  /** Status for plain HTTP requests, where it differs from the code's own. */
  plainStatus?: number
}

const rpcPath = /^\/[\w.]+\.\w+\/\w+$/
const connectUnary = /^application\/(json|proto)\b/i
const getQuery = /[?&](connect=v1|encoding=(json|proto))(&|$)/

/** The domain of the ErrorInfo details that name a reason. */
const errorDomain = 'troupe'

/** The protocol a request speaks, told by its method, path and content type alone. */
export const protocolOf = (request: NodeServerRequest): RequestProtocol => {
  const type = request.headers['content-type'] ?? ''
  if (type.startsWith('application/grpc-web')) return 'grpc-web'
  if (type.startsWith('application/grpc')) return 'grpc'
  if (type.startsWith('application/connect+')) return 'connect-stream'
  if (!rpcPath.test(pathOf(request))) return 'http'
  if (request.method === 'GET') return getQuery.test(request.url ?? '') ? 'connect-unary' : 'http'
  return connectUnary.test(type) ? 'connect-unary' : 'http'
}

const toConnectError = ({ code, message, reason, retryAfterMs }: ProtocolError): ConnectError => {
  const error = new ConnectError(message, code)
  if (reason) error.details.push({ desc: ErrorInfoSchema, value: { reason, domain: errorDomain } })
  if (retryAfterMs !== undefined) {
    const seconds = Math.floor(retryAfterMs / 1000)
    const retryDelay = { seconds: BigInt(seconds), nanos: Math.round((retryAfterMs - seconds * 1000) * 1e6) }
    error.details.push({ desc: RetryInfoSchema, value: { retryDelay } })
  }
  return error
}

/** What was encoded before: a server that sheds answers the same error thousands of times. */
const grpcStatuses = new WeakMap<ProtocolError, Readonly<Record<string, string>>>()

/** The gRPC status fields that tell of an error: for trailers, or headers of an answer without a body. */
export const grpcStatus = (error: ProtocolError): Readonly<Record<string, string>> => {
  const known = grpcStatuses.get(error)
  if (known) return known
  const fields = Object.fromEntries(setTrailerStatus(new Headers(), toConnectError(error)))
  grpcStatuses.set(error, fields)
  return fields
}

/**
 * The frame that ends a response whose headers and some whole messages are sent already: the trailer frame of
 * gRPC-Web or Connect's end of stream. Undefined for protocols that have none.
 */
export const errorFrame = (protocol: RequestProtocol, error: ProtocolError): Uint8Array | undefined => {
  if (protocol === 'grpc-web') {
    return encodeEnvelope(trailerFlag, trailerSerialize(setTrailerStatus(new Headers(), toConnectError(error))))
  }
  if (protocol !== 'connect-stream') return undefined
  const end = endStreamToJson(new Headers(), toConnectError(error), undefined)
  return encodeEnvelope(endStreamFlag, new TextEncoder().encode(JSON.stringify(end)))
}

/**
 * Answers an error in the request's own protocol: gRPC and gRPC-Web as a response of headers alone, Connect as JSON
 * with its HTTP status or as an end-of-stream message, anything else as JSON. Does nothing when an answer has begun.
 */
export const writeProtocolError = (
  request: NodeServerRequest,
  response: NodeServerResponse,
  error: ProtocolError,
): void => {
  if (response.headersSent || response.writableEnded || isGone(request)) return
  const protocol = protocolOf(request)
  if (error.retryAfterMs !== undefined) response.setHeader('retry-after', String(Math.ceil(error.retryAfterMs / 1000)))
  if (protocol === 'grpc' || protocol === 'grpc-web') {
    response.statusCode = 200
    response.setHeader('content-type', request.headers['content-type'] ?? 'application/grpc')
    for (const [name, value] of Object.entries(grpcStatus(error))) response.setHeader(name, value)
    response.end()
    return
  }
  const stream = errorFrame(protocol, error)
  const body = stream ?? errorToJsonBytes(toConnectError(error), undefined)
  const status =
    protocol === 'http' ? (error.plainStatus ?? codeToHttpStatus(error.code)) : codeToHttpStatus(error.code)
  response.statusCode = stream ? 200 : status
  response.setHeader('content-type', stream ? (request.headers['content-type'] ?? '') : 'application/json')
  response.setHeader('content-length', body.byteLength)
  response.write(body)
  response.end()
}

/** Beyond what this process or its caller may use; another try later may succeed. */
export const overloaded = (reason: string, message: string, retryAfterMs = 1000): ProtocolError => ({
  code: Code.ResourceExhausted,
  message,
  reason,
  retryAfterMs,
  plainStatus: 503,
})
