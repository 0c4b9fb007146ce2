import { createHash } from 'node:crypto'
import { constants } from 'node:fs'
import { type FileHandle, open, realpath } from 'node:fs/promises'
import { join, sep } from 'node:path'
import type { TemplateStore } from '../../domain/ports.ts'
import { partsOf } from './template-path.ts'
import { mostBytes, storeAway, textOf, tooLarge } from './template-text.ts'

const absent = ['ENOENT', 'ENOTDIR', 'ELOOP', 'EISDIR', 'ENAMETOOLONG']

const codeOf = (error: unknown): string => String((error as { code?: unknown }).code)

/** What `read` gives, or undefined where there is no such file. Throws TEMPLATE_STORE_UNAVAILABLE. */
const ifPresent = async <T>(read: () => Promise<T>): Promise<T | undefined> => {
  try {
    return await read()
  } catch (error) {
    if (absent.includes(codeOf(error))) return undefined
    throw storeAway(codeOf(error))
  }
}

const rootOf = (folder: string): Promise<string> =>
  realpath(folder).catch((error: unknown) => {
    throw storeAway(`${folder}: ${codeOf(error)}`)
  })

const readTemplate = async (path: string, file: FileHandle) => {
  const stats = await file.stat()
  if (!stats.isFile()) return undefined
  const bytes = Buffer.alloc(mostBytes + 1)
  let length = 0
  for (let read = -1; read !== 0 && length <= mostBytes; length += read) {
    read = (await file.read(bytes, length, bytes.length - length)).bytesRead
  }
  if (length > mostBytes) throw tooLarge(path)
  const content = bytes.subarray(0, length)
  const etag = createHash('sha256').update(content).digest('base64url')
  return { source: textOf(path, content), etag }
}

/**
 * Templates in a folder. Links are followed as far as they stay inside it, as those of a mounted Kubernetes ConfigMap do;
 * whoever may write to the folder is trusted not to change them meanwhile. The ETag is the content's hash.
 */
export const createFileStore = (folder: string): TemplateStore => ({
  kind: 'file',
  fetch: async (path, etag, signal) => {
    signal.throwIfAborted()
    const parts = partsOf(path)
    const root = await rootOf(folder)
    const file = parts && (await ifPresent(() => realpath(join(root, ...parts))))
    if (!file?.startsWith(root + sep)) return undefined
    // Without waiting: a pipe would keep it for ever.
    const handle = await ifPresent(() => open(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK))
    if (!handle) return undefined
    try {
      const template = await readTemplate(path, handle)
      return template && template.etag === etag ? 'unchanged' : template
    } finally {
      await handle.close()
    }
  },
})
