import { machineClock } from '../mesh-clock.ts'
import { blobNotFound, blobsUnavailable } from './blob-errors.ts'
import { assertBlobKey, assertBlobPrefix, isBlobKey } from './blob-key.ts'
import type { S3Settings } from './blob-settings.ts'
import type { BlobInfo, BlobStore } from './blobs.ts'
import type { S3Head } from './s3-head.ts'
import { s3Read } from './s3-read.ts'
import { s3Requests } from './s3-requests.ts'
import { staleUploads } from './s3-stale-uploads.ts'
import { partialPrefix, s3Upload } from './s3-upload.ts'

const pageSize = 1000
const headsAtOnce = 8
const removedAtOnce = 1000
/** What is younger than this needs no touch. */
const youngMs = 60 * 60_000

const infoOf = ({ etag: _, ...info }: S3Head): BlobInfo => info

/** Blobs in a bucket, which holds nothing else. */
export const s3Blobs = (settings: S3Settings): BlobStore => {
  const requests = s3Requests(settings)
  const { ask, askOr } = requests
  const upload = s3Upload(requests)

  const head = async (key: string): Promise<S3Head | undefined> => {
    const { response } = await askOr([404], (client) => client.getEtag(key))
    const { headers } = response
    if (response.status === 404) return undefined
    return {
      key,
      size: Number(headers.get('content-length')),
      contentType: headers.get('content-type') ?? '',
      sha256: headers.get('x-amz-meta-sha256') ?? '',
      modifiedAt: new Date(headers.get('last-modified') ?? 0),
      etag: headers.get('etag') ?? '',
    }
  }
  const stat = async (key: string): Promise<BlobInfo | undefined> => {
    assertBlobKey(key)
    const found = await head(key)
    return found && infoOf(found)
  }

  async function* pages(prefix: string) {
    let token: string | undefined
    do {
      const { value } = await ask((client) => client.listObjectsPaged('/', prefix, pageSize, token))
      if (!value) throw blobsUnavailable(new Error('there is no such bucket'))
      yield value.objects ?? []
      token = value.nextContinuationToken
    } while (token)
  }

  const remove = async (keys: readonly string[]): Promise<void> => {
    for (let at = 0; at < keys.length; at += removedAtOnce) {
      const some = keys.slice(at, at + removedAtOnce)
      const { value: removed } = await ask((client) => client.deleteObjects(some))
      const left = some.filter((_, index) => !removed[index])
      if (left.length > 0) throw blobsUnavailable(new Error(`not removed: ${left.join(' ')}`))
    }
  }

  return {
    put: async (key, content, options) => {
      assertBlobKey(key)
      const { size, sha256 } = await upload(key, content, options)
      const stored = await head(key)
      if (stored?.size !== size) throw blobsUnavailable(new Error(`${key} is not what was put`))
      return { ...infoOf(stored), sha256 }
    },
    open: async (key, range) => {
      assertBlobKey(key)
      const found = await head(key)
      if (!found) throw blobNotFound(key)
      return s3Read(requests, found, settings.timeoutMs, range)
    },
    stat,
    touch: async (key) => {
      const found = await stat(key)
      if (!found || machineClock.now().getTime() - found.modifiedAt.getTime() < youngMs) return found
      const { contentType, sha256 } = found
      const copy = { metadataDirective: 'REPLACE', metadata: { sha256 }, contentType } as const
      await ask((client) => client.copyObject(key, key, copy))
      return stat(key)
    },
    remove: async (keys) => {
      for (const key of keys) assertBlobKey(key)
      await remove(keys)
    },
    list: async function* (prefix) {
      assertBlobPrefix(prefix)
      for await (const page of pages(prefix)) {
        const keys = page.map(({ Key }) => Key).filter(isBlobKey)
        for (let at = 0; at < keys.length; at += headsAtOnce) {
          const found = await Promise.all(keys.slice(at, at + headsAtOnce).map(stat))
          yield* found.filter((info) => info !== undefined)
        }
      }
    },
    tidy: async (before) => {
      for await (const page of pages(partialPrefix)) {
        await remove(page.filter(({ LastModified }) => LastModified < before).map(({ Key }) => Key))
      }
      for (const { key, uploadId } of await staleUploads(requests, partialPrefix, before)) {
        await askOr([404], (client) => client.abortMultipartUpload(key, uploadId))
      }
    },
  }
}
