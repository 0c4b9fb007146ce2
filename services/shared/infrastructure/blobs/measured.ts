import { createHash } from 'node:crypto'
import { blobTooLarge } from './blob-errors.ts'
import type { PutOptions } from './blobs.ts'

/** Content as it comes, until the signal aborts, which does not wait for the chunk that is to come next. */
export async function* untilAborted<T>(content: AsyncIterable<T>, signal: AbortSignal | undefined): AsyncIterable<T> {
  signal?.throwIfAborted()
  if (!signal) return yield* content
  const aborted = Promise.withResolvers<never>()
  aborted.promise.catch(() => {})
  const abort = () => aborted.reject(signal.reason)
  signal.addEventListener('abort', abort, { once: true })
  const iterator = content[Symbol.asyncIterator]()
  let isOver = false
  try {
    for (;;) {
      const { done, value } = await Promise.race([iterator.next(), aborted.promise])
      isOver = done === true
      if (isOver) return
      yield value
      signal.throwIfAborted()
    }
  } finally {
    signal.removeEventListener('abort', abort)
    // A generator that waits takes note of this when it goes on; nobody waits for that.
    if (!isOver) void iterator.return?.()?.catch(() => {})
  }
}

/** The content to be stored, its length and hash taken as it passes; `result` is known when all of it has. */
export const measured = (
  content: AsyncIterable<Uint8Array>,
  { signal, maxBytes = Number.POSITIVE_INFINITY }: PutOptions,
): { chunks: AsyncIterable<Uint8Array>; result(): { size: number; sha256: string } } => {
  const hash = createHash('sha256')
  let size = 0
  async function* pass() {
    for await (const chunk of untilAborted(content, signal)) {
      size += chunk.byteLength
      if (size > maxBytes) throw blobTooLarge(maxBytes)
      hash.update(chunk)
      yield chunk
    }
    signal?.throwIfAborted()
  }
  return { chunks: pass(), result: () => ({ size, sha256: hash.digest('hex') }) }
}
