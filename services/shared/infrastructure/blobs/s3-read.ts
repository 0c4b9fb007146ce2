import { blobsUnavailable } from './blob-errors.ts'
import type { ByteRange } from './blobs.ts'
import type { S3Head } from './s3-head.ts'
import type { S3Requests } from './s3-requests.ts'

const tries = 4

/** The body's chunks. Throws when none comes within the time, and gives the connection free if nobody reads on. */
async function* chunksOf(response: Response, timeoutMs: number): AsyncIterable<Uint8Array> {
  const reader = response.body?.getReader()
  if (!reader) return
  try {
    for (;;) {
      const late = Promise.withResolvers<never>()
      const timer = setTimeout(() => late.reject(new Error(`no bytes within ${timeoutMs} ms`)), timeoutMs)
      const { done, value } = await Promise.race([reader.read(), late.promise]).finally(() => clearTimeout(timer))
      if (done) return
      yield value
    }
  } finally {
    // Of a body that broke off, the error is known already.
    await reader.cancel().catch(() => {})
  }
}

/** Reads what a head stands for; where an answer breaks off, from there on, for as long as every answer brings something. */
export async function* s3Read(
  { askOr }: S3Requests,
  { key, size, etag }: Pick<S3Head, 'key' | 'size' | 'etag'>,
  timeoutMs: number,
  { start, end }: ByteRange = { start: 0, end: size },
): AsyncIterable<Uint8Array> {
  const last = Math.min(end, size)
  let failed = 0
  for (let at = start; at < last; ) {
    const from = at
    const { value: response } = await askOr([404, 412], (client) =>
      client.getObjectRaw(key, false, from, last, { 'if-match': etag }),
    )
    if (!response) throw blobsUnavailable(new Error(`${key} was replaced while it was read`))
    if (response.status !== 206) throw blobsUnavailable(new Error(`a range was answered with ${response.status}`))
    let failure: unknown = new Error('the answer ended early')
    try {
      for await (const chunk of chunksOf(response, timeoutMs)) {
        at += chunk.byteLength
        yield chunk
      }
    } catch (error) {
      failure = error
    }
    failed = at > from ? 0 : failed + 1
    if (at < last && failed === tries) throw blobsUnavailable(failure)
  }
}
