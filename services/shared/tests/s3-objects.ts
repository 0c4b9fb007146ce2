import { createHash, randomUUID } from 'node:crypto'
import type { Answer, Received } from './stand-in.ts'

interface Stored {
  body: Buffer
  etag: string
  contentType: string
  sha256: string | undefined
  modifiedAt: Date
}

/** A request, its key without the bucket. */
export type Asked = Received & { key: string }

const hash = (name: 'md5' | 'sha256', bytes: Buffer) => createHash(name).update(bytes).digest('hex')
const xml = (status: number, body: string): Answer => ({
  status,
  headers: { 'content-type': 'application/xml' },
  body: `<?xml version="1.0" encoding="UTF-8"?>\n${body}`,
})
export const failure = (status: number, code: string): Answer => xml(status, `<Error><Code>${code}</Code></Error>`)
const tag = (name: string, value: string | number): string => `<${name}>${value}</${name}>`

/** Objects and uploads of one bucket in memory, and what S3 answers about them. Lists two objects a page. */
export const s3Objects = (bucket: string) => {
  const objects = new Map<string, Stored>()
  const uploads = new Map<string, { key: string; contentType: string; parts: Map<number, Buffer>; begun: Date }>()
  let now = () => new Date()

  const store = (key: string, body: Buffer, contentType: string, sha256: string | undefined, parts = 0): string => {
    const etag = parts > 0 ? `"${hash('md5', body)}-${parts}"` : `"${hash('md5', body)}"`
    objects.set(key, { body, etag, contentType, sha256, modifiedAt: now() })
    return etag
  }

  const get = ({ method, key, headers }: Asked): Answer => {
    const found = objects.get(key)
    if (!found) return failure(404, 'NoSuchKey')
    if (headers['if-match'] !== undefined && headers['if-match'] !== found.etag)
      return failure(412, 'PreconditionFailed')
    const { body, etag, contentType, sha256, modifiedAt } = found
    const [, from, to] = /^bytes=(\d+)-(\d*)$/.exec(headers.range ?? '') ?? []
    const start = Number(from ?? 0)
    const end = to ? Math.min(Number(to) + 1, body.length) : body.length
    if (from !== undefined && start >= body.length) return failure(416, 'InvalidRange')
    const fields = {
      etag,
      'content-type': contentType,
      'last-modified': modifiedAt.toUTCString(),
      'content-length': end - start,
      ...(sha256 && { 'x-amz-meta-sha256': sha256 }),
      ...(from !== undefined && { 'content-range': `bytes ${start}-${end - 1}/${body.length}` }),
    }
    return {
      status: from === undefined ? 200 : 206,
      headers: fields,
      ...(method === 'GET' && { body: body.subarray(start, end) }),
    }
  }

  const put = ({ key, query, headers, body }: Asked): Answer => {
    const uploadId = query.get('uploadId')
    const metadata = headers['x-amz-meta-sha256'] as string | undefined
    const contentType = headers['content-type'] ?? 'binary/octet-stream'
    if (uploadId) {
      const upload = uploads.get(uploadId)
      if (!upload) return failure(404, 'NoSuchUpload')
      upload.parts.set(Number(query.get('partNumber')), body)
      return { status: 200, headers: { etag: `"${hash('md5', body)}"` } }
    }
    const source = headers['x-amz-copy-source']
    if (typeof source !== 'string') return { status: 200, headers: { etag: store(key, body, contentType, metadata) } }
    const from = objects.get(decodeURIComponent(source).replace(`${bucket}/`, ''))
    if (!from) return failure(404, 'NoSuchKey')
    const isReplaced = headers['x-amz-metadata-directive'] === 'REPLACE'
    const etag = isReplaced
      ? store(key, from.body, contentType, metadata)
      : store(key, from.body, from.contentType, from.sha256)
    return xml(200, tag('CopyObjectResult', tag('ETag', etag)))
  }

  const complete = ({ key, query, body }: Asked): Answer => {
    const id = query.get('uploadId') ?? ''
    const upload = uploads.get(id)
    if (!upload) return failure(404, 'NoSuchUpload')
    const named = [...body.toString().matchAll(/<PartNumber>(\d+)<\/PartNumber>/g)].map(([, number]) => Number(number))
    const parts = named.map((number) => upload.parts.get(number) ?? Buffer.alloc(0))
    if (parts.slice(0, -1).some(({ length }) => length < 5 * 1024 * 1024)) return failure(400, 'EntityTooSmall')
    uploads.delete(id)
    const etag = store(key, Buffer.concat(parts), upload.contentType, undefined, parts.length)
    return xml(200, tag('CompleteMultipartUploadResult', tag('ETag', etag)))
  }

  const post = (request: Asked): Answer => {
    const { key, query, headers, body } = request
    if (query.has('uploads')) {
      const id = randomUUID()
      uploads.set(id, { key, contentType: headers['content-type'] ?? '', parts: new Map(), begun: now() })
      return xml(200, tag('InitiateMultipartUploadResult', tag('UploadId', id)))
    }
    if (query.has('uploadId')) return complete(request)
    const keys = [...body.toString().matchAll(/<Key>([^<]+)<\/Key>/g)].map(([, each = '']) => each)
    for (const each of keys) objects.delete(each)
    return xml(200, tag('DeleteResult', keys.map((each) => tag('Deleted', tag('Key', each))).join('')))
  }

  const list = ({ query }: Asked): Answer => {
    if (query.has('uploads')) {
      const each = [...uploads].map(([id, { key, begun }]) =>
        tag('Upload', tag('Key', key) + tag('UploadId', id) + tag('Initiated', begun.toISOString())),
      )
      return xml(200, tag('ListMultipartUploadsResult', each.join('')))
    }
    const keys = [...objects.keys()].filter((key) => key.startsWith(query.get('prefix') ?? '')).sort()
    const after = keys.filter((key) => key > (query.get('continuation-token') ?? ''))
    const page = after.slice(0, 2)
    const contents = page.map((key) => {
      const { body, modifiedAt } = objects.get(key) as Stored
      return tag('Contents', tag('Key', key) + tag('Size', body.length) + tag('LastModified', modifiedAt.toISOString()))
    })
    const more = after.length > 2 ? tag('NextContinuationToken', page.at(-1) ?? '') : ''
    return xml(200, tag('ListBucketResult', contents.join('') + tag('IsTruncated', String(after.length > 2)) + more))
  }

  const answer = (request: Asked): Answer => {
    const { method, key, query } = request
    if (method === 'PUT') return put(request)
    if (method === 'POST') return post(request)
    if (method !== 'DELETE') return key === '' ? list(request) : get(request)
    const isGone = query.has('uploadId') ? uploads.delete(query.get('uploadId') ?? '') : objects.delete(key) || true
    return isGone ? { status: 204 } : failure(404, 'NoSuchUpload')
  }

  return {
    objects,
    uploads,
    answer,
    /** From now on what is stored is of this time. */
    setNow: (to: Date | undefined) => {
      now = () => to ?? new Date()
    },
    clear: () => {
      objects.clear()
      uploads.clear()
      now = () => new Date()
    },
  }
}
