import { S3mini } from 's3mini'
import type { TemplateStore } from '../../domain/ports.ts'
import { askStore, templateOf } from './http-get.ts'
import { partsOf } from './template-path.ts'
import { storeAway } from './template-text.ts'

export interface S3StoreSettings {
  /** The bucket's URL, with a prefix where templates have one: `https://s3.eu-central-1.amazonaws.com/bucket/prefix`. */
  bucketUrl: string
  region: string
  accessKeyId: string
  secretAccessKey: string
  timeoutMs: number
}

/**
 * Templates in a bucket of S3 or what speaks like it. Without the right to list the bucket, S3 says of what is not there
 * that it may not be read, and the store counts as away.
 */
export const createS3Store = (settings: S3StoreSettings): TemplateStore => {
  const { bucketUrl, region, accessKeyId, secretAccessKey, timeoutMs } = settings
  const read = async (key: string, etag: string | undefined, signal: AbortSignal): Promise<Response> => {
    let answer: Response | undefined
    const client = new S3mini({
      endpoint: bucketUrl,
      region,
      accessKeyId,
      secretAccessKey,
      fetch: async (input, init) => {
        answer = await fetch(input, { ...init, redirect: 'manual', signal })
        return answer
      },
    })
    await client.getObjectResponse(key, etag === undefined ? {} : { 'if-none-match': etag })
    if (!answer) throw storeAway('it was not asked')
    return answer
  }
  return {
    kind: 's3',
    fetch: async (path, etag, signal) => {
      if (!partsOf(path)) return undefined
      return askStore(timeoutMs, signal, async (limit) => {
        const response = await read(path, etag, limit)
        if (response.status === 200) return templateOf(path, response)
        return response.status === 304 ? 'unchanged' : undefined
      })
    },
  }
}
