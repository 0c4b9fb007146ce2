import type { BlobPlace } from './blob-settings.ts'
import type { BlobStore } from './blobs.ts'
import { folderBlobs } from './folder-blobs.ts'
import { s3Blobs } from './s3-blobs.ts'

/** The store that the settings name; nothing is made or asked before it is used. */
export const openBlobs = (place: BlobPlace): BlobStore =>
  place.kind === 's3' ? s3Blobs(place.s3) : folderBlobs(place.folder)
