import { type FileHandle, open } from 'node:fs/promises'
import type { BlobInfo } from './blobs.ts'

/** What stands behind the content: this as JSON, its length in four bytes, the mark. */
interface Trailer {
  size: number
  contentType: string
  sha256: string
}

const mark = Buffer.from('TROUPE01')
const tailBytes = 4 + mark.length
const longestTrailer = 2048
const chunkBytes = 64 * 1024

export const trailerOf = (trailer: Trailer): Buffer => {
  const json = Buffer.from(JSON.stringify(trailer))
  if (json.length > longestTrailer) throw new TypeError('the content type is too long')
  const length = Buffer.alloc(4)
  length.writeUInt32BE(json.length)
  return Buffer.concat([json, length, mark])
}

const damaged = () => new Error('the file is no blob, or is damaged')

const readTrailer = async (handle: FileHandle, fileSize: number): Promise<Trailer> => {
  const length = Math.min(fileSize, longestTrailer + tailBytes)
  const { buffer: end, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, fileSize - length)
  if (bytesRead < tailBytes || !end.subarray(-mark.length).equals(mark)) throw damaged()
  const jsonBytes = end.readUInt32BE(length - tailBytes)
  if (jsonBytes > length - tailBytes) throw damaged()
  const trailer = JSON.parse(end.toString('utf8', length - tailBytes - jsonBytes, length - tailBytes)) as Trailer
  if (trailer.size + jsonBytes + tailBytes !== fileSize) throw damaged()
  return trailer
}

/** A blob's file, open: what is put in its place meanwhile is another. */
export interface BlobFile {
  info: Omit<BlobInfo, 'key'>
  close(): Promise<void>
  /** The content from `start` up to `end`; closes the file in the end. */
  read(start: number, end: number): AsyncIterable<Uint8Array>
}

async function* chunksOf(handle: FileHandle, start: number, end: number): AsyncIterable<Uint8Array> {
  try {
    for (let at = start; at < end; ) {
      const length = Math.min(chunkBytes, end - at)
      const { buffer, bytesRead } = await handle.read(Buffer.allocUnsafe(length), 0, length, at)
      if (bytesRead === 0) throw damaged()
      yield buffer.subarray(0, bytesRead)
      at += bytesRead
    }
  } finally {
    await handle.close()
  }
}

/** Opens the file of a blob. Rejects with ENOENT where there is none, and for a file that is none. */
export const openBlobFile = async (path: string): Promise<BlobFile> => {
  const handle = await open(path, 'r')
  try {
    const { size: fileSize, mtime } = await handle.stat()
    const trailer = await readTrailer(handle, fileSize)
    return {
      info: { ...trailer, modifiedAt: mtime },
      close: () => handle.close(),
      read: (start, end) => chunksOf(handle, start, end),
    }
  } catch (error) {
    await handle.close()
    throw error
  }
}
