import type { BlobInfo } from './blobs.ts'

/** A blob as it is, with the mark by which S3 tells whether it still is. */
export interface S3Head extends BlobInfo {
  etag: string
}
