import { Code, ConnectError } from '@connectrpc/connect'
import type { UniversalServerResponse } from '@connectrpc/connect/protocol'

const marker = 'parse binary:'

/**
 * Connect answers `internal` to a request whose bytes are not of its message type; the fault is the caller's, so the
 * answer becomes `invalid_argument` in whichever protocol it is written.
 */
export const blameCaller = async (response: UniversalServerResponse): Promise<UniversalServerResponse> => {
  if (response.trailer?.get('grpc-status') === '13') return relabelled(response)
  const type = response.header?.get('content-type') ?? ''
  const mayHide = response.status === 500 || type.startsWith('application/grpc')
  if (!mayHide || !response.body) return response
  if (type.startsWith('application/grpc') && !type.startsWith('application/grpc-web')) {
    return { ...response, body: watched(response.body, () => relabel(response.trailer)) }
  }
  return { ...response, ...(await rewritten(response)) }
}

/** The same for a message of a request stream: throws what reading it has thrown, with the right code. */
export const blameSender = (error: unknown): never => {
  if (error instanceof ConnectError && error.code === Code.Internal && error.rawMessage.startsWith(marker)) {
    throw new ConnectError(error.rawMessage, Code.InvalidArgument)
  }
  throw error
}

const isMalformed = (text: string | null | undefined): boolean =>
  Boolean(text && decodeURIComponent(text).startsWith(marker))

const relabel = (trailer: Headers | undefined): void => {
  if (trailer?.get('grpc-status') === '13' && isMalformed(trailer.get('grpc-message'))) trailer.set('grpc-status', '3')
}

const relabelled = (response: UniversalServerResponse): UniversalServerResponse => {
  relabel(response.trailer)
  return response
}

/** Passes a body through and looks at the trailers when it has ended. */
async function* watched(body: AsyncIterable<Uint8Array>, atEnd: () => void): AsyncIterable<Uint8Array> {
  try {
    yield* body
  } finally {
    atEnd()
  }
}

/** For protocols that tell of errors in the body: Connect's JSON, gRPC-Web's last envelope. */
const rewritten = async (response: UniversalServerResponse): Promise<Partial<UniversalServerResponse>> => {
  const isWeb = response.header?.get('content-type')?.startsWith('application/grpc-web')
  if (isWeb) return { body: rewriteEach(response.body as AsyncIterable<Uint8Array>) }
  const chunks: Uint8Array[] = []
  for await (const chunk of response.body as AsyncIterable<Uint8Array>) chunks.push(chunk)
  const error = errorIn(Buffer.concat(chunks).toString())
  if (error?.code !== 'internal' || !error.message?.startsWith(marker)) return { body: chunksOf(chunks) }
  const body = Buffer.from(JSON.stringify({ ...error, code: 'invalid_argument' }))
  response.header?.set('content-length', String(body.byteLength))
  return { status: 400, body: chunksOf([body]) }
}

const errorIn = (text: string): { code?: string; message?: string } | undefined => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined // no error of Connect's
  }
}

async function* chunksOf(chunks: Uint8Array[]): AsyncIterable<Uint8Array> {
  yield* chunks
}

async function* rewriteEach(body: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  for await (const chunk of body) yield chunk[0] === 0x80 ? rewriteTrailerFrame(chunk) : chunk
}

const rewriteTrailerFrame = (frame: Uint8Array): Uint8Array => {
  const text = Buffer.from(frame.subarray(5)).toString()
  if (!isMalformed(/^grpc-message: ?(.*)$/m.exec(text)?.[1]?.trim())) return frame
  const fixed = Buffer.from(text.replace(/(?<=^grpc-status: ?)13\b/m, '3'))
  const header = Buffer.alloc(5)
  header[0] = 0x80
  header.writeUInt32BE(fixed.byteLength, 1)
  return Buffer.concat([header, fixed])
}
