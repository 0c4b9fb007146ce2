import { join } from 'node:path'
import type { EnvReader } from '../env-reader.ts'

const hour = 60 * 60_000

export interface S3Settings {
  /** The bucket's URL, with a prefix where blobs have one. */
  url: string
  region: string
  accessKeyId: string
  secretAccessKey: string
  /** How long one request may go without an answer, and an answer without bytes. */
  timeoutMs: number
}

/** Where blobs are. */
export type BlobPlace = { kind: 'folder'; folder: string } | { kind: 's3'; s3: S3Settings }

export interface BlobSettings {
  place: BlobPlace
  /** How long what no row names is left alone, for one may yet be committed. */
  orphanAgeMs: number
}

const readS3 = (read: EnvReader): S3Settings => ({
  url: read.url('TROUPE_BLOBS_S3_URL', ['http', 'https']),
  region: read.text('TROUPE_BLOBS_S3_REGION', 'auto'),
  accessKeyId: read.text('TROUPE_BLOBS_S3_ACCESS_KEY_ID'),
  secretAccessKey: read.text('TROUPE_BLOBS_S3_SECRET_ACCESS_KEY'),
  timeoutMs: read.integer('TROUPE_BLOBS_S3_TIMEOUT_MS', 30_000, { min: 100, max: 600_000 }),
})

/** `TROUPE_BLOBS_*`: a folder, by default below that of all data, or a bucket of S3 or what speaks like it. */
export const readBlobSettings = (read: EnvReader, dataDir: string): BlobSettings => {
  const kind = read.oneOf('TROUPE_BLOBS', ['folder', 's3'], 'folder')
  return {
    place:
      kind === 's3'
        ? { kind, s3: readS3(read) }
        : { kind, folder: read.text('TROUPE_BLOBS_FOLDER', join(dataDir, 'blobs')) },
    orphanAgeMs: read.integer('TROUPE_BLOBS_ORPHAN_AGE_MS', 24 * hour, { min: 1000, max: 30 * 24 * hour }),
  }
}
