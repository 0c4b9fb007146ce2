import http2, { type ClientHttp2Session, type ClientHttp2Stream } from 'node:http2'
import { create, type DescMethod, type MessageInitShape, toBinary } from '@bufbuild/protobuf'

/** A gRPC request in a form that costs little to send often. */
export interface RawRequest {
  path: string
  body: Buffer
  authorization: string
}

/** Frames a request once, for all calls. */
export const rawRequest = <M extends DescMethod>(
  method: M,
  message: MessageInitShape<M['input']>,
  token: string,
): RawRequest => {
  const bytes = toBinary(method.input, create(method.input, message as never))
  const head = Buffer.alloc(5)
  head.writeUInt32BE(bytes.length, 1)
  return {
    path: `/${method.parent.typeName}/${method.name}`,
    body: Buffer.concat([head, bytes]),
    authorization: `Bearer ${token}`,
  }
}

const headersOf = ({ path, authorization }: RawRequest) => ({
  ':method': 'POST',
  ':path': path,
  'content-type': 'application/grpc',
  te: 'trailers',
  authorization,
})

/** HTTP/2 connections to one address. */
export const openSessions = (url: string, count: number): Promise<ClientHttp2Session[]> =>
  Promise.all(
    Array.from(
      { length: count },
      () =>
        new Promise<ClientHttp2Session>((resolve, reject) => {
          const session = http2.connect(url)
          session.once('remoteSettings', () => resolve(session))
          session.on('error', reject)
        }),
    ),
  )

/** Sends a request and leaves the answer to the caller. */
export const send = (session: ClientHttp2Session, request: RawRequest): ClientHttp2Stream => {
  const stream = session.request(headersOf(request))
  stream.on('error', () => {}) // its close says it all
  stream.end(request.body)
  return stream
}

/** Makes a unary call; resolves with its gRPC status, undefined when there was none. */
export const callRaw = (session: ClientHttp2Session, request: RawRequest): Promise<number | undefined> =>
  new Promise((resolve) => {
    const stream = send(session, request)
    let status: string | undefined
    const take = (headers: http2.IncomingHttpHeaders) => {
      status = headers['grpc-status']?.toString() ?? status
    }
    stream.once('response', take)
    stream.once('trailers', take)
    stream.once('close', () => resolve(status === undefined ? undefined : Number(status)))
    stream.resume()
  })

/** The value below which the given part (0–1) of the numbers lies; NaN of none. */
export const percentile = (numbers: readonly number[], part: number): number => {
  const sorted = numbers.toSorted((one, other) => one - other)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN
}
