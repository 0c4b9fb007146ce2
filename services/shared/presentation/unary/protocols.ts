import type { ConnectError } from '@connectrpc/connect'
import { parseTimeout as parseConnectTimeout } from '@connectrpc/connect/protocol-connect'
import { parseTimeout as parseGrpcTimeout } from '@connectrpc/connect/protocol-grpc'

/** How a unary call is framed and told of on the wire. */
export interface UnaryProtocol {
  /** As Connect calls it. */
  name: 'connect' | 'grpc' | 'grpc-web'
  /** Content types of what is answered. */
  proto: string
  json: string
  timeoutHeader: string
  encodingHeader: string
  acceptEncodingHeader: string
  parseTimeout(value: string | null, maxMs: number): { timeoutMs?: number; error?: ConnectError | undefined }
}

const grpcHeaders = {
  timeoutHeader: 'grpc-timeout',
  encodingHeader: 'grpc-encoding',
  acceptEncodingHeader: 'grpc-accept-encoding',
  parseTimeout: parseGrpcTimeout,
}

export const connect: UnaryProtocol = {
  name: 'connect',
  proto: 'application/proto',
  json: 'application/json',
  timeoutHeader: 'connect-timeout-ms',
  encodingHeader: 'content-encoding',
  acceptEncodingHeader: 'accept-encoding',
  parseTimeout: parseConnectTimeout,
}
const grpc: UnaryProtocol = {
  name: 'grpc',
  proto: 'application/grpc+proto',
  json: 'application/grpc+json',
  ...grpcHeaders,
}
const grpcWeb: UnaryProtocol = {
  name: 'grpc-web',
  proto: 'application/grpc-web+proto',
  json: 'application/grpc-web+json',
  ...grpcHeaders,
}

export interface Codec {
  protocol: UnaryProtocol
  isBinary: boolean
}

const contentType =
  /^application\/(?:(grpc-web|grpc)(?:\+(?:(json)(?:; ?charset=utf-?8)?|proto))?|(?:(json)(?:; ?charset=utf-?8)?|proto))$/i

const find = (type: string): Codec | undefined => {
  const match = contentType.exec(type)
  if (!match) return undefined
  const [, family, envelopedJson, json] = match
  const protocol = family === undefined ? connect : family.toLowerCase() === 'grpc' ? grpc : grpcWeb
  return { protocol, isBinary: !envelopedJson && !json }
}

const known = new Map<string, Codec | undefined>()
const maxKnown = 100

/** What a content type asks for; undefined for one that no unary call has. */
export const codecOf = (type: string): Codec | undefined => {
  if (known.has(type)) return known.get(type)
  const codec = find(type)
  if (known.size < maxKnown) known.set(type, codec)
  return codec
}
