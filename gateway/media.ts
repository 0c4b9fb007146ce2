import { Code } from '@connectrpc/connect'
import { DomainError } from '#shared/domain/errors.ts'
import type { BlobInfo, Blobs, ByteRange } from '#shared/infrastructure/blobs/blobs.ts'
import type { MediaRefusal, MediaUrls, SignedMedia } from '#shared/infrastructure/blobs/media-url.ts'
import type { HttpHandler, NodeServerRequest, NodeServerResponse } from '#shared/presentation/http-handler.ts'
import { type ProtocolError, writeProtocolError } from '#shared/presentation/protocol-error.ts'
import { isUnchanged, mayBePart, requestedRange } from './byte-range.ts'
import { contentDisposition } from './content-disposition.ts'
import { sendBody } from './send-body.ts'

interface Parts {
  blobs: Pick<Blobs, 'stat' | 'open'>
  urls: Pick<MediaUrls, 'read'>
  now(): Date
  /** How long a client may take nothing of what is sent. */
  stallMs: number
}

const unsigned: ProtocolError = {
  code: Code.PermissionDenied,
  message: 'the URL is not signed, or was changed',
  reason: 'MEDIA_SIGNATURE_INVALID',
}
const refusals: Readonly<Record<MediaRefusal, ProtocolError>> = {
  malformed: unsigned,
  forged: unsigned,
  expired: {
    code: Code.FailedPrecondition,
    message: 'the URL has expired: ask for a new one',
    reason: 'MEDIA_URL_EXPIRED',
    plainStatus: 410,
  },
}
const notFound: ProtocolError = { code: Code.NotFound, message: 'there is no such file', reason: 'MEDIA_NOT_FOUND' }
const wrongMethod: ProtocolError = { code: Code.Unimplemented, message: 'only GET and HEAD', plainStatus: 405 }
const unavailable: ProtocolError = {
  code: Code.Unavailable,
  message: 'files cannot be reached at present',
  reason: 'BLOBS_UNAVAILABLE',
  retryAfterMs: 1000,
}

/** What a browser may do with a file that it shows as a page of its own. */
const policy = "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'none'"

const headersOf = ({ contentType, sha256 }: BlobInfo, { filename }: SignedMedia) => ({
  'accept-ranges': 'bytes',
  'cache-control': 'private, max-age=3600',
  'content-disposition': contentDisposition(contentType, filename),
  'content-security-policy': policy,
  'content-type': contentType,
  // Whoever has the URL may have the file, also pages that are isolated from other origins.
  'cross-origin-resource-policy': 'cross-origin',
  etag: `"${sha256}"`,
})

/** `/media/<key>`: hands out blobs, or parts of them, to whoever has a signed URL. */
export const media = ({ blobs, urls, now, stallMs }: Parts): HttpHandler => {
  const send = async (request: NodeServerRequest, response: NodeServerResponse, signed: SignedMedia): Promise<void> => {
    const info = await blobs.stat(signed.key)
    if (!info) return writeProtocolError(request, response, notFound)
    const { 'if-none-match': ifNoneMatch, 'if-range': ifRange, range: header } = request.headers
    const headers = headersOf(info, signed)
    const answer = (status: number, more: Record<string, string | number> = {}) =>
      response.writeHead(status, { ...headers, ...more })
    if (isUnchanged(ifNoneMatch, headers.etag)) return void answer(304).end()

    const isPartWanted =
      request.method === 'GET' && mayBePart(typeof ifRange === 'string' ? ifRange : undefined, headers.etag)
    const part = isPartWanted ? requestedRange(header, info.size) : undefined
    if (part === 'unsatisfiable') {
      return void answer(416, { 'content-range': `bytes */${info.size}`, 'content-length': 0 }).end()
    }
    const { start, end }: ByteRange = part ?? { start: 0, end: info.size }
    const open = request.method === 'HEAD' || end === start ? undefined : await blobs.open(signed.key, { start, end })
    const length = { 'content-length': end - start }
    if (part) answer(206, { ...length, 'content-range': `bytes ${start}-${end - 1}/${info.size}` })
    else answer(200, length)
    if (open) await sendBody(request, response, open, stallMs)
    else response.end()
  }

  return async (request, response) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.setHeader('allow', 'GET, HEAD')
      return writeProtocolError(request, response, wrongMethod)
    }
    const signed = urls.read(request.url ?? '', now())
    if (typeof signed === 'string') return writeProtocolError(request, response, refusals[signed])
    try {
      await send(request, response, signed)
    } catch (error) {
      // Of a file that was removed or out of reach once its answer began, only a cut-off answer can tell.
      if (response.headersSent || !(error instanceof DomainError)) throw error
      writeProtocolError(request, response, error.kind === 'not-found' ? notFound : unavailable)
    }
  }
}
