import { createHash } from 'node:crypto'
import type { BlobInfo, Blobs, PutOptions } from './blobs.ts'

/** The key of what is made from certain parts and nothing else, in whatever order their names come. */
export const cacheKey = (folder: string, parts: Readonly<Record<string, unknown>>, extension: string): string => {
  const text = JSON.stringify(parts, (_, value: unknown) =>
    value && typeof value === 'object' && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : typeof value === 'bigint'
        ? String(value)
        : value,
  )
  return `${folder}/${createHash('sha256').update(text).digest('hex')}.${extension}`
}

export interface Cached extends BlobInfo {
  /** It was there already. */
  isHit: boolean
}

/**
 * What is stored under a key that names its content, such as one of `cacheKey`, or else what is made now. Two who make the
 * same at once both put it, which does no harm: either is as good.
 */
export const putIfAbsent = async (
  blobs: Pick<Blobs, 'touch' | 'put'>,
  key: string,
  make: () => AsyncIterable<Uint8Array> | Promise<AsyncIterable<Uint8Array>>,
  options: PutOptions,
): Promise<Cached> => {
  const found = await blobs.touch(key)
  if (found) return { ...found, isHit: true }
  return { ...(await blobs.put(key, await make(), options)), isHit: false }
}
