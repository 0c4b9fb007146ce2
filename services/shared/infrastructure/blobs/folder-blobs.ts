import { randomUUID } from 'node:crypto'
import { mkdir, open, readdir, rename, rm, stat, utimes } from 'node:fs/promises'
import { dirname, join, relative, sep } from 'node:path'
import { machineClock } from '../mesh-clock.ts'
import { blobNotFound } from './blob-errors.ts'
import { openBlobFile, trailerOf } from './blob-file.ts'
import { assertBlobKey, assertBlobPrefix, isBlobKey } from './blob-key.ts'
import type { BlobInfo, BlobStore, ByteRange, PutOptions } from './blobs.ts'
import { inParts } from './in-parts.ts'
import { measured } from './measured.ts'

/** Where blobs are while they come; keys cannot lead there. */
const partialFolder = '.partial'

/** Content may come in a thousand crumbs. */
const writtenAtOnce = 256 * 1024

const whole: ByteRange = { start: 0, end: Number.POSITIVE_INFINITY }

const isMissing = (error: unknown): boolean =>
  ['ENOENT', 'ENOTDIR', 'EISDIR'].includes((error as NodeJS.ErrnoException).code ?? '')

const unlessMissing = (error: unknown): undefined => {
  if (isMissing(error)) return undefined
  throw error
}

const syncFolder = async (folder: string): Promise<void> => {
  const handle = await open(folder, 'r')
  await handle.sync().finally(() => handle.close())
}

/** Makes a folder, so that it is still there after a power cut. */
const makeFolder = async (folder: string): Promise<void> => {
  const first = await mkdir(folder, { recursive: true })
  for (let made = folder; first && made.length >= first.length; made = dirname(made)) await syncFolder(dirname(made))
}

/**
 * Blobs in a folder, which processes may share: each is a file of its content and, behind that, what is known of it, so
 * that both appear by one rename.
 */
export const folderBlobs = (root: string): BlobStore => {
  const partials = join(root, partialFolder)
  const pathOf = (key: string): string => {
    assertBlobKey(key)
    return join(root, ...key.split('/'))
  }

  const write = async (path: string, content: AsyncIterable<Uint8Array>, options: PutOptions) => {
    const { contentType } = options
    const { chunks, result } = measured(content, options)
    const handle = await open(path, 'wx')
    try {
      for await (const part of inParts(chunks, writtenAtOnce)) await handle.appendFile(part)
      const { size, sha256 } = result()
      await handle.appendFile(trailerOf({ size, contentType, sha256 }))
      await handle.sync()
      const { mtime } = await handle.stat()
      return { size, contentType, sha256, modifiedAt: mtime }
    } finally {
      await handle.close()
    }
  }

  const put = async (key: string, content: AsyncIterable<Uint8Array>, options: PutOptions): Promise<BlobInfo> => {
    const path = pathOf(key)
    await mkdir(partials, { recursive: true })
    const partial = join(partials, randomUUID())
    try {
      const written = await write(partial, content, options)
      await makeFolder(dirname(path))
      await rename(partial, path)
      await syncFolder(dirname(path))
      return { key, ...written }
    } catch (error) {
      await rm(partial, { force: true })
      throw error
    }
  }

  const infoOf = async (key: string): Promise<BlobInfo | undefined> => {
    const file = await openBlobFile(pathOf(key)).catch(unlessMissing)
    await file?.close()
    return file && { key, ...file.info }
  }

  /** Opens the file only when it is read, for nobody would close it otherwise. */
  async function* read(key: string, { start, end }: ByteRange = whole): AsyncIterable<Uint8Array> {
    const file = await openBlobFile(pathOf(key)).catch(unlessMissing)
    if (!file) throw blobNotFound(key)
    yield* file.read(start, Math.min(end, file.info.size))
  }

  async function* walk(folder: string): AsyncIterable<string> {
    const entries = (await readdir(folder, { withFileTypes: true }).catch(unlessMissing)) ?? []
    for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
      const path = join(folder, entry.name)
      if (entry.isDirectory()) yield* walk(path)
      else yield relative(root, path).replaceAll(sep, '/')
    }
  }

  return {
    put,
    open: async (key, range) => {
      if (!(await infoOf(key))) throw blobNotFound(key)
      return read(key, range)
    },
    stat: infoOf,
    touch: async (key) => {
      const path = pathOf(key)
      const now = machineClock.now()
      await utimes(path, now, now).catch(unlessMissing)
      return infoOf(key)
    },
    remove: async (keys) => {
      for (const path of keys.map(pathOf)) await rm(path, { force: true }).catch(unlessMissing)
    },
    list: async function* (prefix) {
      assertBlobPrefix(prefix)
      for await (const key of walk(join(root, ...prefix.split('/')))) {
        const info = isBlobKey(key) ? await infoOf(key) : undefined
        if (info) yield info
      }
    },
    tidy: async (before) => {
      for (const name of (await readdir(partials).catch(unlessMissing)) ?? []) {
        const found = await stat(join(partials, name)).catch(unlessMissing)
        if (found && found.mtime < before) await rm(join(partials, name), { force: true })
      }
    },
  }
}
