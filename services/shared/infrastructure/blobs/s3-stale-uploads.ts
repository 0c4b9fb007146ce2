import type { S3Requests } from './s3-requests.ts'

interface Upload {
  Key?: string
  UploadId?: string
  Initiated?: string
}

/** Uploads in parts that were begun before a time and never completed; as many as S3 tells at once. */
export const staleUploads = async (
  { ask }: S3Requests,
  prefix: string,
  before: Date,
): Promise<{ key: string; uploadId: string }[]> => {
  const { value } = await ask((client) => client.listMultipartUploads('/', '', 'GET', { prefix }))
  // The library's type tells of names that S3 does not use.
  const { ListMultipartUploadsResult: result } = value as unknown as {
    ListMultipartUploadsResult?: { Upload?: Upload | Upload[] }
  }
  const uploads = [result?.Upload ?? []].flat()
  return uploads.flatMap(({ Key: key, UploadId: uploadId, Initiated: initiated }) =>
    key && uploadId && initiated && new Date(initiated) < before ? [{ key, uploadId }] : [],
  )
}
