import { exhausted, notFound, unavailable } from '../../domain/errors.ts'

/** What is asked for and is not there. */
export const blobNotFound = (key: string) => notFound('BLOB_NOT_FOUND', `there is no ${key}`)

/** What is put and is too long. */
export const blobTooLarge = (maxBytes: number) =>
  exhausted('BLOB_TOO_LARGE', `the content is longer than ${maxBytes} bytes`, { metadata: { maxBytes: `${maxBytes}` } })

/** The store does not answer as it should; `cause` is for the log. */
export const blobsUnavailable = (cause: unknown) =>
  Object.assign(unavailable('BLOBS_UNAVAILABLE', 'files cannot be reached at present'), { cause })
