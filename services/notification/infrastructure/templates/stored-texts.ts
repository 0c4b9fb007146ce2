import { setTimeout as sleep } from 'node:timers/promises'
import { LRUCache } from 'lru-cache'
import { DomainError } from '#shared/domain/errors.ts'
import { inFreshContext } from '#shared/infrastructure/clients/local-call.ts'
import type { Logger } from '#shared/infrastructure/telemetry/logger.ts'
import type { StoredTemplate, TemplateStore } from '../../domain/ports.ts'
import { storeAway } from '../template-stores/template-text.ts'
import type { Copies } from './copies.ts'

const askAgainMs = 60_000
const timeoutMs = 5_000
/** How long somebody waits for a text of which nothing is had. */
const patienceMs = 1_000
/** How long a storage is left alone after a try that failed; twice as long after each that follows. */
const firstPauseMs = 10_000
const longestPauseMs = 60_000
const mostKept = 1_000

/** Where a text is, and in which language. */
interface Place {
  storage: TemplateStore['kind']
  path: string
  locale: string
}

/** A text of a storage; `isStale` when the storage gives none at present, and this is what it last had. */
export interface StoredText {
  source: string
  etag: string | undefined
  isStale: boolean
}

/** What is known of a text, until it is to be asked about again, by a clock that only goes forward. */
interface Known {
  text: StoredTemplate | undefined
  /** Whether the storage said that there is none. */
  isAbsent: boolean
  isStale: boolean
  failures: number
  error: unknown
  dueAt: number
}

/** A question to a storage: `soon` is undefined where the answer takes too long to wait for. */
interface Flight {
  done: Promise<Known>
  soon: Promise<Known | undefined>
}

/**
 * Texts of other storages. One that is a minute old is given as it is, while it is asked about again by its ETag: whoever
 * has a text does not wait. What a storage gives replaces what it gave before only if it is a template.
 */
export interface StoredTexts {
  /** Undefined when there is none. Throws while the storage gives none and nothing was ever had of it. */
  find(place: Place): Promise<StoredText | undefined>
}

const nothing: Known = { text: undefined, isAbsent: false, isStale: true, failures: 0, error: undefined, dueAt: 0 }

const isGarbage = (error: unknown): boolean => error instanceof DomainError && error.kind !== 'unavailable'

/** Fails when the signal does, even where `asking` does not heed it. */
const within = <T>(signal: AbortSignal, asking: Promise<T>): Promise<T> => {
  const ended = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
  return Promise.race([asking, ended])
}

const given = ({ text, isAbsent, isStale, error }: Known): StoredText | undefined => {
  if (text) return { ...text, isStale }
  if (isAbsent) return undefined
  throw error
}

/**
 * Reads texts of the storages that are configured. `check` throws for what is no template. `now` is a clock in
 * milliseconds that only goes forward.
 */
export const createStoredTexts = (
  stores: ReadonlyMap<TemplateStore['kind'], TemplateStore>,
  copies: Copies,
  check: (source: string, locale: string) => Promise<void>,
  log: Logger,
  now: () => number = () => performance.now(),
): StoredTexts => {
  const cache = new LRUCache<string, Known>({ max: mostKept })
  const flights = new Map<string, Flight>()
  const away = new Set<string>()

  const ask = async ({ storage, path, locale }: Place, held: StoredTemplate | undefined) => {
    const store = stores.get(storage)
    if (!store) throw new Error(`${storage} is not configured any more`)
    const signal = AbortSignal.timeout(timeoutMs)
    const answer = await within(signal, store.fetch(path, held?.etag, signal))
    if (away.delete(storage)) log.info('a storage of templates answers again', { storage })
    if (answer === 'unchanged') return held
    if (answer) {
      await check(answer.source, locale)
      await copies.keep(storage, path, answer)
    } else if (held) await copies.forget(storage, path)
    return answer
  }
  const warn = ({ storage, path }: Place, error: unknown, before: unknown) => {
    if (isGarbage(error) ? isGarbage(before) : away.has(storage)) return
    if (!isGarbage(error)) away.add(storage)
    const what = isGarbage(error) ? 'gives what is no template' : 'is away'
    log.warn(`a storage of templates ${what}; what it last had is used`, { storage, path, error })
  }

  const asked = async (place: Place, before: Known): Promise<Known> => {
    try {
      const text = await ask(place, before.text)
      return { ...nothing, text, isAbsent: !text, isStale: false, dueAt: now() + askAgainMs }
    } catch (error) {
      warn(place, error, before.error)
      const pauseMs = Math.min(firstPauseMs * 2 ** before.failures, longestPauseMs)
      return { ...before, isStale: true, failures: before.failures + 1, error, dueAt: now() + pauseMs }
    }
  }
  const take = (key: string, place: Place, before: Known): Flight => {
    // Whoever asked first is not who it is done for.
    const done = inFreshContext(() => asked(place, before)).then((known) => {
      cache.set(key, known)
      flights.delete(key)
      return known
    })
    const flight = { done, soon: Promise.race([done, sleep(patienceMs, undefined, { ref: false })]) }
    flights.set(key, flight)
    return flight
  }

  const copyOf = async ({ storage, path, locale }: Place): Promise<Known> => {
    const text = await copies.find(storage, path)
    const isTemplate =
      text &&
      (await check(text.source, locale).then(
        () => true,
        () => false,
      ))
    return isTemplate ? { ...nothing, text } : nothing
  }

  return {
    find: async (place) => {
      const key = `${place.storage} ${place.path}`
      const copy = cache.has(key) ? nothing : await copyOf(place)
      const known = cache.get(key) ?? copy
      if (known.dueAt > now()) return given(known)
      if (known.text) cache.set(key, known)
      const { soon } = flights.get(key) ?? take(key, place, known)
      if (known.text) return given(known)
      const answer = await soon
      if (answer) return given(answer)
      return given({ ...known, error: storeAway('it has not answered yet') })
    },
  }
}
