import { randomUUID } from 'node:crypto'
import type { BlobInfo, PutOptions } from './blobs.ts'
import { inParts } from './in-parts.ts'
import { measured } from './measured.ts'
import type { S3Requests } from './s3-requests.ts'

/** Where blobs are while they come; keys cannot lead there. */
export const partialPrefix = '.partial/'

/** S3 takes 10,000 parts of an upload, and copies objects of up to 5 GiB. */
const partBytes = 8 * 1024 * 1024

/**
 * Puts content of any length. What fits into one part is put at once. More goes up in parts to a place aside, for its hash
 * is known only then, and is copied to its own within the store.
 */
export const s3Upload =
  ({ ask, askOr }: S3Requests) =>
  async (
    key: string,
    content: AsyncIterable<Uint8Array>,
    options: PutOptions,
  ): Promise<Pick<BlobInfo, 'size' | 'sha256'>> => {
    const { contentType, signal } = options
    const { chunks, result } = measured(content, options)
    const parts = inParts(chunks, partBytes)

    const putWhole = async (part: Buffer) => {
      const measures = result()
      const metadata = { 'x-amz-meta-sha256': measures.sha256 } as const
      await ask((client) => client.putObject(key, part, contentType, undefined, metadata, part.byteLength), { signal })
      return measures
    }

    /** An upload whose answer was lost is complete all the same, and is not known by its id any more. */
    const complete = async (partial: string, uploadId: string, uploaded: { partNumber: number; etag: string }[]) => {
      const run = async (client: Parameters<Parameters<typeof ask>[0]>[0]) => {
        const { etag } = await client.completeMultipartUpload(partial, uploadId, uploaded)
        // An error may come as an answer of status 200.
        if (!etag) throw new Error('the upload was not completed')
      }
      const { response } = await askOr([404], run, { signal })
      if (response.status === 404) await ask((client) => client.getContentLength(partial), { signal })
    }

    const putInParts = async (firstParts: readonly Buffer[]) => {
      const partial = `${partialPrefix}${randomUUID()}`
      const { value: uploadId } = await ask((client) => client.getMultipartUploadId(partial, contentType), { signal })
      let isComplete = false
      try {
        const uploaded: { partNumber: number; etag: string }[] = []
        const upload = async (part: Buffer) => {
          const number = uploaded.length + 1
          const { value } = await ask((client) => client.uploadPart(partial, uploadId, part, number), { signal })
          uploaded.push(value)
        }
        for (const part of firstParts) await upload(part)
        for await (const part of parts) await upload(part)
        const measures = result()
        await complete(partial, uploadId, uploaded)
        isComplete = true
        const metadata = { sha256: measures.sha256 }
        await ask(
          (client) => client.copyObject(partial, key, { metadataDirective: 'REPLACE', metadata, contentType }),
          {
            signal,
          },
        )
        return measures
      } finally {
        // What cannot be removed now is removed when the store is tidied.
        if (!isComplete) await askOr([404], (client) => client.abortMultipartUpload(partial, uploadId)).catch(() => {})
        await askOr([404], (client) => client.deleteObject(partial)).catch(() => {})
      }
    }

    try {
      const first = await parts.next()
      const second = first.value && first.value.byteLength < partBytes ? undefined : await parts.next()
      if (!second || second.done) return await putWhole(first.value ?? Buffer.alloc(0))
      return await putInParts([first.value as Buffer, second.value])
    } finally {
      await parts.return(undefined)
    }
  }
