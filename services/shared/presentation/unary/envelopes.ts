import { Code, ConnectError } from '@connectrpc/connect'
import { type Compression, compressedFlag } from '@connectrpc/connect/protocol'
import { trailerFlag } from '@connectrpc/connect/protocol-grpc-web'
import { envelopeHeaderBytes } from '../../infrastructure/unary/envelope.ts'
import type { Arrived } from './read-body.ts'

export const tooLarge = (size: number, maxBytes: number) =>
  new ConnectError(`message size ${size} is larger than configured readMaxBytes ${maxBytes}`, Code.ResourceExhausted)

const incomplete = () => new ConnectError('protocol error: incomplete envelope', Code.InvalidArgument)

interface Found {
  flags: number
  start: number
  end: number
}

const isTrailer = ({ flags }: Found, hasTrailers: boolean): boolean => hasTrailers && (flags & trailerFlag) !== 0

/** The envelope that begins at `start`, as far as its header is there. Throws as soon as its length is too large. */
const envelopeAt = (body: Buffer, start: number, maxBytes: number): Found | undefined => {
  if (body.byteLength < start + envelopeHeaderBytes) return undefined
  const length = body.readUInt32BE(start + 1)
  if (length > maxBytes) throw tooLarge(length, maxBytes)
  return { flags: body[start] as number, start: start + envelopeHeaderBytes, end: start + envelopeHeaderBytes + length }
}

/** More of them are not read before the one message has come, or with it: each is looked at anew. */
const maxEnvelopes = 16

/**
 * Tells, as a body arrives, when no further byte can make it one of a single message: a second one is whole. Throws as
 * soon as one turns out to be too large.
 */
export const secondMessageWatch = (maxBytes: number, hasTrailers: boolean): ((arrived: Arrived) => boolean) => {
  let start = 0
  let envelopes = 0
  let messages = 0
  let found: Found | undefined
  return (arrived) => {
    for (;;) {
      found ??= envelopeAt(arrived.bytes, start, maxBytes)
      if (!found || arrived.size < found.end) return false
      envelopes += 1
      if (!isTrailer(found, hasTrailers)) messages += 1
      if (messages === 2 || envelopes === maxEnvelopes) return true
      start = found.end
      found = undefined
    }
  }
}

export interface EnvelopeOptions<T> {
  maxBytes: number
  compression: Compression | null
  /** Whether envelopes of trailers are passed over. */
  hasTrailers: boolean
  parse(data: Uint8Array): T
}

/** The one message of a request body. Throws what the protocol says of a body that does not hold exactly one. */
export const onlyMessage = <T>(body: Buffer, options: EnvelopeOptions<T>): T | Promise<T> => {
  // Nearly every body is one message as it is.
  const found = body[0] === 0 ? envelopeAt(body, 0, options.maxBytes) : undefined
  if (found?.end !== body.byteLength) return amongEnvelopes(body, options)
  return options.parse(body.subarray(found.start))
}

const amongEnvelopes = async <T>(body: Buffer, options: EnvelopeOptions<T>): Promise<T> => {
  const { compression, hasTrailers, maxBytes, parse } = options
  let message: { value: T } | undefined
  for (let position = 0; position < body.byteLength; ) {
    const found = envelopeAt(body, position, maxBytes)
    // Connect takes a header for nothing as long as none of its data has come.
    if (found && found.end > found.start && found.start === body.byteLength) break
    if (!found || found.end > body.byteLength) throw incomplete()
    position = found.end
    const raw = body.subarray(found.start, found.end)
    const data = (found.flags & compressedFlag) === 0 ? raw : await decompressed(raw, compression, maxBytes)
    if (isTrailer(found, hasTrailers)) continue
    const value = parse(data)
    if (message)
      throw new ConnectError('protocol error: received extra input message for unary method', Code.Unimplemented)
    message = { value }
  }
  if (message) return message.value
  throw new ConnectError('protocol error: missing input message for unary method', Code.Unimplemented)
}

const decompressed = (data: Uint8Array, compression: Compression | null, maxBytes: number): Promise<Uint8Array> => {
  if (compression) return compression.decompress(data as Uint8Array<ArrayBuffer>, maxBytes)
  throw new ConnectError('received compressed envelope, but do not know how to decompress', Code.Internal)
}
