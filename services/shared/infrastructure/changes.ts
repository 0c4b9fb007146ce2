import type { Nats } from './nats.ts'
import { Wakeup } from './wakeup.ts'

const heartbeatMs = 10_000
const mostAtOnce = 1000

/**
 * Tells watchers that something they follow may have changed: at once in this process, by plain NATS messages in
 * others. Nothing depends on a message arriving: watchers look again with every heartbeat.
 */
export class Changes {
  private readonly watchers = new Map<string, Set<Wakeup>>()
  private readonly subject: string
  private readonly nats: Nats
  private readonly onRelayWake: () => void
  private changed: string[] = []

  constructor(nats: Nats, context: string, onRelayWake: () => void) {
    this.nats = nats
    this.subject = `troupe.wake.${context}`
    this.onRelayWake = onRelayWake
    nats.connection.subscribe(this.subject, {
      callback: (_error, message) => {
        for (const topic of message.string().split('\n')) {
          if (topic === '') this.onRelayWake()
          else this.wakeLocal(topic)
        }
      },
    })
  }

  private wakeLocal(topic: string): void {
    for (const watcher of this.watchers.get(topic) ?? []) watcher.wake()
  }

  /** Wakes the watchers of a topic, e.g. an aggregate's id, here and elsewhere. It holds no line break. */
  notify(topic: string): void {
    this.wakeLocal(topic)
    if (this.changed.push(topic) === 1) setImmediate(() => this.tell())
  }

  /** Units that were committed together are told of by one message. */
  private tell(): void {
    const topics = this.changed
    this.changed = []
    if (!this.nats.isConnected()) return
    for (let start = 0; start < topics.length; start += mostAtOnce)
      this.nats.connection.publish(this.subject, topics.slice(start, start + mostAtOnce).join('\n'))
  }

  /** Wakes the context's relay in whichever process it runs. */
  wakeRelay(): void {
    if (this.nats.isConnected()) this.nats.connection.publish(this.subject)
  }

  /**
   * Yields `true` at first and whenever the topic may have changed, `false` as a heartbeat after a silence, of ten seconds
   * unless said; ends when the signal aborts.
   */
  async *watch(topic: string, signal: AbortSignal, silenceMs = () => heartbeatMs): AsyncGenerator<boolean> {
    const wakeup = new Wakeup()
    const set = this.watchers.get(topic) ?? new Set()
    this.watchers.set(topic, set.add(wakeup))
    const stop = () => wakeup.wake()
    signal.addEventListener('abort', stop, { once: true })
    try {
      yield true
      while (!signal.aborted) {
        const woken = await wakeup.wait(silenceMs())
        if (!signal.aborted) yield woken
      }
    } finally {
      signal.removeEventListener('abort', stop)
      set.delete(wakeup)
      if (set.size === 0) this.watchers.delete(topic)
    }
  }
}
