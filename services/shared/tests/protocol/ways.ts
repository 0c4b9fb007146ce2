import { brotliCompressSync, gzipSync } from 'node:zlib'
import { create, type MessageInitShape, toBinary, toJsonString } from '@bufbuild/protobuf'
import type { Sent, Step } from './raw-client.ts'
import { SampleSchema } from './sample-service.ts'

export type Protocol = 'connect' | 'grpc' | 'grpc-web'

/** A protocol in one of its encodings over one version of HTTP. */
export interface Way {
  protocol: Protocol
  codec: 'proto' | 'json'
  http: 1 | 2
}

const codecs = ['proto', 'json'] as const
const protocols: readonly Protocol[] = ['connect', 'grpc', 'grpc-web']
/** All there are. */
export const ways: readonly Way[] = ([2, 1] as const).flatMap((http) =>
  protocols.flatMap((protocol) => codecs.map((codec) => ({ protocol, codec, http }))),
)
/** One of each protocol over HTTP/2, and over HTTP/1.1. */
export const binaryWays = ways.filter(({ codec }) => codec === 'proto')
/** One of each protocol. */
export const mainWays = binaryWays.filter(({ http }) => http === 2)

export const nameOf = ({ protocol, codec, http }: Way): string => `${protocol}+${codec} over HTTP/${http}`
export const isEnveloped = ({ protocol }: Way): boolean => protocol !== 'connect'

export type SampleInit = MessageInitShape<typeof SampleSchema>

export const bytesOf = ({ codec }: Pick<Way, 'codec'>, message: SampleInit): Buffer => {
  const made = create(SampleSchema, message)
  return Buffer.from(codec === 'proto' ? toBinary(SampleSchema, made) : toJsonString(SampleSchema, made))
}

export const envelope = (data: Uint8Array, flags = 0, length = data.byteLength): Buffer => {
  const head = Buffer.alloc(5)
  head[0] = flags
  head.writeUInt32BE(length, 1)
  return Buffer.concat([head, data])
}

const compress = { gzip: gzipSync, br: brotliCompressSync }

export const contentTypeOf = ({ protocol, codec }: Way): string =>
  protocol === 'connect' ? `application/${codec}` : `application/${protocol}+${codec}`

const encodingHeader = ({ protocol }: Way): string => (protocol === 'connect' ? 'content-encoding' : 'grpc-encoding')
export const acceptHeader = ({ protocol }: Way): string =>
  protocol === 'connect' ? 'accept-encoding' : 'grpc-accept-encoding'
export const timeoutHeader = ({ protocol }: Way): string =>
  protocol === 'connect' ? 'connect-timeout-ms' : 'grpc-timeout'
/** A number of milliseconds as the protocol writes it. */
export const timeoutOf = ({ protocol }: Way, ms: number): string => (protocol === 'connect' ? `${ms}` : `${ms}m`)

export type Headers = Record<string, string | string[]>

/** A POST of the given bytes. */
export const post = (way: Way, body: readonly Step[], headers: Headers = {}): Sent => ({
  http: way.http,
  method: 'POST',
  path: '/test.v1.SampleService/Write',
  headers: { 'content-type': contentTypeOf(way), ...(way.protocol === 'grpc' && { te: 'trailers' }), ...headers },
  body,
})

/** A message as the body of a request holds it. */
export const bodyOf = (way: Way, message: SampleInit): Buffer => {
  const bytes = bytesOf(way, message)
  return isEnveloped(way) ? envelope(bytes) : bytes
}

/** A call with a message, as any client makes it. */
export const callWith = (way: Way, message: SampleInit = { text: 'a text' }, headers: Headers = {}): Sent => {
  const body = bodyOf(way, message)
  return post(way, [body], { ...(!isEnveloped(way) && { 'content-length': String(body.byteLength) }), ...headers })
}

/** The same, compressed. */
export const compressedCall = (
  way: Way,
  encoding: 'gzip' | 'br',
  data: Uint8Array = bytesOf(way, { text: 'a text' }),
  headers: Headers = {},
): Sent => {
  const packed = compress[encoding](data)
  const body = isEnveloped(way) ? envelope(packed, 1) : packed
  return post(way, [body], { [encodingHeader(way)]: encoding, ...headers })
}

export const encodingOf = (way: Way, encoding: string): Headers => ({ [encodingHeader(way)]: encoding })

/** A GET of Connect with the given query. */
export const get = (query: string, headers: Headers = {}, http: 1 | 2 = 2): Sent => ({
  http,
  method: 'GET',
  path: `/test.v1.SampleService/Read${query}`,
  headers,
  body: [],
})
