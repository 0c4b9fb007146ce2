import type { Blobs } from './blobs.ts'

const batch = 500

/** Blobs that stay only while a row names them. */
export interface OrphanRule {
  /** Of keys, such as `narration/segments/`. */
  prefix: string
  /** Those of up to 500 keys that no row names. A row that may yet be committed is younger than blobs that are swept. */
  unnamed(keys: readonly string[]): Promise<readonly string[]>
}

/**
 * Removes blobs under the rule's prefix that were put before a time and that no row names. Returns their keys. Ends early
 * when the signal aborts.
 */
export const sweepOrphans = async (
  blobs: Pick<Blobs, 'list' | 'remove'>,
  { prefix, unnamed }: OrphanRule,
  before: Date,
  signal?: AbortSignal,
): Promise<string[]> => {
  const removed: string[] = []
  let old: string[] = []
  const sweepBatch = async () => {
    const orphans = old.length > 0 ? await unnamed(old) : []
    old = []
    if (orphans.length > 0) await blobs.remove(orphans)
    removed.push(...orphans)
  }
  for await (const { key, modifiedAt } of blobs.list(prefix)) {
    if (signal?.aborted) return removed
    if (modifiedAt < before) old.push(key)
    if (old.length === batch) await sweepBatch()
  }
  await sweepBatch()
  return removed
}
