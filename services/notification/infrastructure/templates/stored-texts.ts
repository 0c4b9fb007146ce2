import { LRUCache } from 'lru-cache'
import type { Logger } from '#shared/infrastructure/telemetry/logger.ts'
import type { StoredTemplate, TemplateStore } from '../../domain/ports.ts'
import type { Copies } from './copies.ts'

const askAgainMs = 60_000
const timeoutMs = 5_000
const mostKept = 1_000

/** A text of a storage; `isStale` when the storage could not be asked, and this is what it last had. */
export interface StoredText {
  source: string
  isStale: boolean
}

interface Kept extends StoredTemplate {
  /** By a clock that only goes forward. */
  checkedAt: number
}

/** Texts of other storages: what is a minute old is asked about again, by its ETag. */
export interface StoredTexts {
  /** Undefined when there is none. Throws while the storage is away and nothing was ever had of it. */
  find(storage: TemplateStore['kind'], path: string): Promise<StoredText | undefined>
}

/** Reads texts of the storages that are configured. `now` is a clock in milliseconds that only goes forward. */
export const createStoredTexts = (
  stores: ReadonlyMap<TemplateStore['kind'], TemplateStore>,
  copies: Copies,
  log: Logger,
  now: () => number = () => performance.now(),
): StoredTexts => {
  const cache = new LRUCache<string, Kept>({ max: mostKept })
  const away = new Set<string>()

  const ask = async (store: TemplateStore, path: string, known: StoredTemplate | undefined) => {
    const answer = await store.fetch(path, known?.etag, AbortSignal.timeout(timeoutMs))
    if (away.delete(store.kind)) log.info('a storage of templates answers again', { storage: store.kind })
    return answer === 'unchanged' ? known : answer
  }
  const isAway = (storage: string, path: string, error: unknown) => {
    if (away.has(storage)) return
    away.add(storage)
    log.warn('a storage of templates is away; what it last had is used', { storage, path, error })
  }

  return {
    find: async (storage, path) => {
      const key = `${storage} ${path}`
      const kept = cache.get(key)
      if (kept && now() - kept.checkedAt < askAgainMs) return { source: kept.source, isStale: false }
      const store = stores.get(storage)
      const known = kept ?? (await copies.find(storage, path))
      try {
        if (!store) throw new Error(`${storage} is not configured any more`)
        const text = await ask(store, path, known)
        if (!text) return void cache.delete(key)
        if (text !== known) await copies.keep(storage, path, text)
        cache.set(key, { ...text, checkedAt: now() })
        return { source: text.source, isStale: false }
      } catch (error) {
        isAway(storage, path, error)
        if (!known) throw error
        return { source: known.source, isStale: true }
      }
    },
  }
}
