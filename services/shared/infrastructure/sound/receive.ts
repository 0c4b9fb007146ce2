import { createWriteStream } from 'node:fs'
import { mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { invalid } from '#shared/domain/errors.ts'

const tailBytes = 64 * 1024
const headBytes = 4096

/** Runs something in a folder of its own, which is gone afterwards. */
export const inFolder = async <T>(run: (folder: string) => Promise<T>): Promise<T> => {
  const folder = await mkdtemp(join(tmpdir(), 'troupe-sound-'))
  try {
    return await run(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

export interface ReceivedFile {
  path: string
  size: number
  head: Buffer
  tail: Buffer
}

async function* bounded(data: AsyncIterable<Uint8Array>, mostBytes: number): AsyncIterable<Uint8Array> {
  let size = 0
  for await (const chunk of data) {
    size += chunk.byteLength
    if (size > mostBytes) throw invalid('data', 'SAMPLE_TOO_LARGE', `must be at most ${mostBytes / 1024 / 1024} MiB`)
    yield chunk
  }
}

/** Writes what comes into a file, no more than so many bytes. Throws SAMPLE_TOO_LARGE. */
export const receive = async (
  folder: string,
  data: AsyncIterable<Uint8Array>,
  mostBytes: number,
  signal: AbortSignal,
): Promise<ReceivedFile> => {
  const path = join(folder, 'upload')
  await pipeline(bounded(data, mostBytes), createWriteStream(path, { flags: 'wx' }), { signal })
  const file = await open(path, 'r')
  try {
    const { size } = await file.stat()
    const part = async (from: number, length: number) => {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, from)
      return buffer.subarray(0, bytesRead)
    }
    const head = await part(0, Math.min(size, headBytes))
    const tailLength = Math.min(size, tailBytes)
    return { path, size, head, tail: await part(size - tailLength, tailLength) }
  } finally {
    await file.close()
  }
}
