/** What is known of a blob without reading it. */
export interface BlobInfo {
  key: string
  /** In bytes. */
  size: number
  contentType: string
  /** Of the content, in hex. */
  sha256: string
  /** By the clock of the store, not that of the mesh: time travel makes no blob older. */
  modifiedAt: Date
}

/** Bytes of a blob from `start` up to, and without, `end`. */
export interface ByteRange {
  start: number
  end: number
}

export interface PutOptions {
  contentType: string
  /** Gives up; nothing is left of what came so far. */
  signal?: AbortSignal
  /** Refuses longer content as EXHAUSTED / BLOB_TOO_LARGE as soon as it is seen to be longer. */
  maxBytes?: number
}

/**
 * Files of the mesh, by key: `<context>/<kind>/<id or sha256>.<ext>`. Nothing is ever held whole in memory. While the
 * store is away, everything is UNAVAILABLE / BLOBS_UNAVAILABLE; a key of another form is a TypeError.
 */
export interface Blobs {
  /**
   * Stores content under a key, over what was there. It is there as a whole or not at all: until this resolves nobody
   * sees any of it, and a crash leaves nothing to be seen.
   */
  put(key: string, content: AsyncIterable<Uint8Array>, options: PutOptions): Promise<BlobInfo>
  /**
   * Content, or the part of it that lies in a range. What is read is of one version, even if another is put meanwhile.
   * Whoever stops reading early gives it free. Throws NOT_FOUND / BLOB_NOT_FOUND.
   */
  open(key: string, range?: ByteRange): Promise<AsyncIterable<Uint8Array>>
  stat(key: string): Promise<BlobInfo | undefined>
  /** As `stat`, and keeps the blob from being swept for as long as one that was just put, for it will be named anew. */
  touch(key: string): Promise<BlobInfo | undefined>
  /** Removes what is there of these keys. */
  remove(keys: readonly string[]): Promise<void>
  /** Everything whose key begins with the prefix, of whole parts between slashes: `narration/` or `narration/segments/`. */
  list(prefix: string): AsyncIterable<BlobInfo>
}

/** A store as a process has it. */
export interface BlobStore extends Blobs {
  /** Removes what puts left that were cut off by a crash, if nothing was written to them since `before`. */
  tidy(before: Date): Promise<void>
}
