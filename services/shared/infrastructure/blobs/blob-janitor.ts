import { machineClock } from '../mesh-clock.ts'
import { repeating } from '../repeating.ts'
import type { Logger } from '../telemetry/logger.ts'
import type { BlobStore, Blobs } from './blobs.ts'
import { type OrphanRule, sweepOrphans } from './orphans.ts'

const hourMs = 60 * 60_000

interface Options {
  /** How long what no row names is left alone. */
  orphanAgeMs: number
  log: Logger
}

/** Stores tell their own time, and none is moved ahead with the mesh's. */
const ago = (ms: number): Date => new Date(machineClock.now().getTime() - ms)

const everyMs = (orphanAgeMs: number): number => Math.min(hourMs, orphanAgeMs)

/** Removes a context's orphans once an hour, or as often as their age. */
export const startOrphanSweeps = (
  blobs: Blobs,
  rules: readonly OrphanRule[],
  { orphanAgeMs, log }: Options,
): { stop(): Promise<void> } => {
  const sweep = async (signal: AbortSignal) => {
    for (const rule of rules) {
      const removed = await sweepOrphans(blobs, rule, ago(orphanAgeMs), signal)
      if (removed.length > 0)
        log.info('removed files that nothing names', { prefix: rule.prefix, count: removed.length })
    }
  }
  if (rules.length === 0) return { stop: async () => {} }
  return repeating(everyMs(orphanAgeMs), sweep, (error) => log.warn('files not swept', { error }))
}

/** Removes what crashes left of puts, for as long as the process lives. */
export const startTidying = (store: BlobStore, { orphanAgeMs, log }: Options): { stop(): Promise<void> } =>
  repeating(
    everyMs(orphanAgeMs),
    () => store.tidy(ago(orphanAgeMs)),
    (error) => log.warn('files not tidied', { error }),
  )
