import type { KeyOf } from './open-event.ts'

/** How long a key is used after its context gave it; an erased person's is gone from everywhere by then. */
const rememberMs = 10_000
const mostRemembered = 10_000
/** As many as one call may ask for. */
const mostAtOnce = 200

/** Asks for the keys of some people; those without one are left out of the answer. */
export type AskKeys = (subjects: readonly string[]) => Promise<ReadonlyMap<string, Uint8Array>>

interface Held {
  readonly until: number
  readonly key: Promise<Uint8Array | undefined>
}

interface Asked {
  readonly subject: string
  readonly answer: PromiseWithResolvers<Uint8Array | undefined>
}

/** Keys of one context, asked for many at a time and remembered for ten seconds. `now` is in milliseconds. */
export class KeyRing {
  private readonly ask: AskKeys
  private readonly now: () => number
  private readonly held = new Map<string, Held>()
  private asked: Asked[] = []

  constructor(ask: AskKeys, now: () => number = () => performance.now()) {
    this.ask = ask
    this.now = now
  }

  /** Rejects with what asking failed with; the next one asks again. */
  get(subject: string): Promise<Uint8Array | undefined> {
    const known = this.held.get(subject)
    if (known && known.until > this.now()) return known.key
    const answer = Promise.withResolvers<Uint8Array | undefined>()
    if (this.asked.push({ subject, answer }) === 1) setImmediate(() => this.askAll())
    this.hold(subject, answer.promise)
    return answer.promise
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

  private askAll(): void {
    const all = this.asked
    this.asked = []
    for (let start = 0; start < all.length; start += mostAtOnce) void this.askSome(all.slice(start, start + mostAtOnce))
  }

  private async askSome(some: readonly Asked[]): Promise<void> {
    try {
      const keys = await this.ask(some.map(({ subject }) => subject))
      for (const { subject, answer } of some) answer.resolve(keys.get(subject))
    } catch (error) {
      for (const { answer } of some) answer.reject(error)
    }
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
