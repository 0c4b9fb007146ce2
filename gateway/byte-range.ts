import type { ByteRange } from '#shared/infrastructure/blobs/blobs.ts'

const single = /^bytes=(\d*)-(\d*)$/i

/**
 * The part of something of `size` bytes that a Range header asks for: undefined for all of it, also where the header is
 * none that is understood or asks for several parts, which servers may take for that (RFC 9110, 14.2).
 */
export const requestedRange = (header: string | undefined, size: number): ByteRange | 'unsatisfiable' | undefined => {
  const [, from = '', to = ''] = single.exec(header?.trim() ?? '') ?? []
  if (from === '' && to === '') return undefined
  if (from === '') {
    const length = Math.min(Number(to), size)
    return length > 0 ? { start: size - length, end: size } : 'unsatisfiable'
  }
  const start = Number(from)
  if (to !== '' && Number(to) < start) return undefined
  if (start >= size) return 'unsatisfiable'
  return { start, end: to === '' ? size : Math.min(Number(to) + 1, size) }
}

const tagsOf = (header: string): string[] => header.match(/(W\/)?"[^"]*"/g) ?? []

/** Whether `If-None-Match` names this ETag, weakly or not. */
export const isUnchanged = (ifNoneMatch: string | undefined, etag: string): boolean =>
  ifNoneMatch !== undefined &&
  (ifNoneMatch.trim() === '*' || tagsOf(ifNoneMatch).some((tag) => tag.replace(/^W\//, '') === etag))

/** Whether a range may be answered with: `If-Range` is absent or names just this version; a date names none. */
export const mayBePart = (ifRange: string | undefined, etag: string): boolean =>
  ifRange === undefined || ifRange.trim() === etag
