import { batched } from '../batched.ts'
import type { KeyOf } from './open-event.ts'

/** How long a key is used after its context gave it; an erased person's is gone from everywhere by then. */
const rememberMs = 10_000
const mostRemembered = 10_000
/** As many as one call may ask for. */
const mostAtOnce = 200
/** Whose key may be asked for; of anybody else there is none, and asking would fail for all who are asked for with them. */
const nameable = /^[^\0]{1,200}$/

/** Asks for the keys of some people; those without one are left out of the answer. */
export type AskKeys = (subjects: readonly string[]) => Promise<ReadonlyMap<string, Uint8Array>>

interface Held {
  readonly until: number
  readonly key: Promise<Uint8Array | undefined>
}

/** Keys of one context, asked for many at a time and remembered for ten seconds. `now` is in milliseconds. */
export class KeyRing {
  private readonly ask: (subject: string) => Promise<Uint8Array | undefined>
  private readonly now: () => number
  private readonly held = new Map<string, Held>()

  constructor(ask: AskKeys, now: () => number = () => performance.now()) {
    this.ask = batched(ask, mostAtOnce)
    this.now = now
  }

  /** Rejects with what asking failed with; the next one asks again. */
  get(subject: string): Promise<Uint8Array | undefined> {
    if (!nameable.test(subject)) return Promise.resolve(undefined)
    const known = this.held.get(subject)
    if (known && known.until > this.now()) return known.key
    const key = this.ask(subject)
    this.hold(subject, key)
    return key
  }

  private hold(subject: string, key: Promise<Uint8Array | undefined>): void {
    const held = { until: this.now() + rememberMs, key }
    this.held.delete(subject)
    this.held.set(subject, held)
    if (this.held.size > mostRemembered) this.held.delete(this.held.keys().next().value as string)
    key.catch(() => {
      if (this.held.get(subject) === held) this.held.delete(subject)
    })
  }
}

/** Finds keys of any context, with a ring for each. */
export const keyRings = (ask: (source: string, subjects: readonly string[]) => ReturnType<AskKeys>): KeyOf => {
  const rings = new Map<string, KeyRing>()
  return (source, subject) => {
    const ring = rings.get(source) ?? new KeyRing((subjects) => ask(source, subjects))
    rings.set(source, ring)
    return ring.get(subject)
  }
}
