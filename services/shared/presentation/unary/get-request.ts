import type { DescMethod } from '@bufbuild/protobuf'
import { base64Decode } from '@bufbuild/protobuf/wire'
import { MethodOptions_IdempotencyLevel as Level } from '@bufbuild/protobuf/wkt'
import { Code, ConnectError } from '@connectrpc/connect'
import type { Compression } from '@connectrpc/connect/protocol'
import type { NodeServerRequest } from '../http-handler.ts'
import { type Codec, connect } from './protocols.ts'

/** A call whose message is in its URL, as Connect allows for methods without side effects. */
export interface GetRequest {
  codec: Codec | undefined
  compression: string | null
  /** The message's bytes. Throws INVALID_ARGUMENT when they are not the base64 they are said to be. */
  message(compression: Compression | null, maxBytes: number): Promise<Uint8Array>
}

const codecs: Readonly<Record<string, Codec>> = {
  proto: { protocol: connect, isBinary: true },
  json: { protocol: connect, isBinary: false },
}

const decoded = (text: string, isBase64: boolean): Uint8Array<ArrayBuffer> => {
  if (!isBase64) return new TextEncoder().encode(text)
  if (!/^[\w+/-]*={0,2}$/.test(text)) throw new ConnectError('message is not base64', Code.InvalidArgument)
  return base64Decode(text)
}

/** What a GET asks of a method; undefined where it is no GET, or the method takes none. */
export const readGet = (request: NodeServerRequest, method: DescMethod): GetRequest | undefined => {
  if (request.method !== 'GET' || method.idempotency !== Level.NO_SIDE_EFFECTS) return undefined
  if (request.headers['content-type'] !== undefined) return undefined
  const query = new URLSearchParams(request.url?.split('?')[1])
  return {
    codec: codecs[query.get('encoding') ?? ''],
    compression: query.get('compression'),
    message: async (compression, maxBytes) => {
      const bytes = decoded(query.get('message') ?? '', query.get('base64') === '1')
      return compression ? compression.decompress(bytes, maxBytes) : bytes
    },
  }
}
