import type { DescMethod } from '@bufbuild/protobuf'
import { base64Decode } from '@bufbuild/protobuf/wire'
import { MethodOptions_IdempotencyLevel as Level } from '@bufbuild/protobuf/wkt'
import { Code, ConnectError } from '@connectrpc/connect'
import type { Compression } from '@connectrpc/connect/protocol'
import type { NodeServerRequest } from '../http-handler.ts'
import { type Codec, codecOf, connect } from './protocols.ts'

/** A call whose message is in its URL, as Connect allows for methods without side effects. */
export interface GetRequest {
  codec: Codec | undefined
  compression: string | null
  /** The message's bytes. Throws INVALID_ARGUMENT when they are not the base64 they are said to be. */
  message(compression: Compression | null, maxBytes: number): Promise<Uint8Array>
}

const codecs: ReadonlyMap<string | null, Codec> = new Map([
  ['proto', { protocol: connect, isBinary: true }],
  ['json', { protocol: connect, isBinary: false }],
])

const decoded = (text: string, isBase64: boolean): Uint8Array<ArrayBuffer> => {
  if (!isBase64) return new TextEncoder().encode(text)
  try {
    return base64Decode(text)
  } catch {
    throw new ConnectError('message is not base64', Code.InvalidArgument)
  }
}

/** What follows the first question mark of a URL. */
const queryOf = (url: string): URLSearchParams => {
  const [beforeFragment = ''] = url.split('#', 1)
  const start = beforeFragment.indexOf('?')
  return new URLSearchParams(start < 0 ? '' : beforeFragment.slice(start))
}

/** What a GET asks of a method; undefined where it is no GET, or the method takes none. */
export const readGet = (request: NodeServerRequest, method: DescMethod): GetRequest | undefined => {
  if (request.method !== 'GET' || method.idempotency !== Level.NO_SIDE_EFFECTS) return undefined
  const type = request.headers['content-type']
  if (type && codecOf(type)?.protocol !== connect) return undefined
  const query = queryOf(request.url ?? '')
  return {
    codec: codecs.get(query.get('encoding')),
    compression: query.get('compression'),
    message: async (compression, maxBytes) => {
      const bytes = decoded(query.get('message') ?? '', query.get('base64') === '1')
      return compression ? compression.decompress(bytes, maxBytes) : bytes
    },
  }
}
