import { createHash } from 'node:crypto'
import { untilAborted } from '../until-aborted.ts'
import { blobTooLarge } from './blob-errors.ts'
import type { PutOptions } from './blobs.ts'

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
