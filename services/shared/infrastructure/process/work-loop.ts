import type { Logger } from '../telemetry/logger.ts'
import { Wakeup } from '../wakeup.ts'

const pollMs = 1000

export interface Work<Item extends { id: string }> {
  name: string
  /** How many items are worked on at once. */
  concurrency: number
  log: Logger
  /** How often claims are renewed; well under the time they last. */
  renewMs: number
  /** Takes up to `limit` items that are due and that nobody else works on. */
  claim(limit: number): Promise<Item[]>
  /** Keeps the claims of what is still being worked on. */
  renew(ids: readonly string[]): Promise<unknown>
  run(item: Item, signal: AbortSignal): Promise<void>
}

/**
 * Works off rows of the database side by side with other replicas. Looks once a second, and at once when woken. A
 * replica that dies loses its claims by their running out.
 */
export class WorkLoop<Item extends { id: string }> {
  private readonly work: Work<Item>
  private readonly wakeup = new Wakeup()
  private readonly running = new Map<string, Promise<void>>()
  private readonly aborting = new AbortController()
  private stopping = false
  private mayHaveMore = false
  private lastRenewal = 0
  private loop: Promise<void> | undefined

  constructor(work: Work<Item>) {
    this.work = work
  }

  start(): void {
    this.loop ??= this.run()
  }

  /** Takes up nothing more and waits for what is running; after `graceMs` it is told to abort. */
  async stop(graceMs: number): Promise<void> {
    this.stopping = true
    this.wakeup.wake()
    const timer = setTimeout(() => this.aborting.abort(), graceMs)
    await this.loop
    clearTimeout(timer)
  }

  wake(): void {
    this.wakeup.wake()
  }

  /** Wakes the loop when `milliseconds` have passed. */
  wakeIn(milliseconds: number): void {
    setTimeout(() => this.wake(), milliseconds).unref()
  }

  private async run(): Promise<void> {
    for (let failures = 0; !this.stopping || this.running.size > 0; ) {
      try {
        await this.turn()
        failures = 0
      } catch (error) {
        failures += 1
        if (failures % 10 === 1) this.work.log.warn(`${this.work.name} wait`, { error })
      }
      await this.wakeup.wait(failures > 0 ? Math.min(100 * 2 ** failures, 2000) : Math.min(pollMs, this.work.renewMs))
    }
  }

  private async turn(): Promise<void> {
    if (this.running.size > 0 && performance.now() - this.lastRenewal >= this.work.renewMs) {
      await this.work.renew([...this.running.keys()])
      this.lastRenewal = performance.now()
    }
    const free = this.work.concurrency - this.running.size
    if (this.stopping || free === 0) return
    const items = await this.work.claim(free)
    this.mayHaveMore = items.length === free
    for (const item of items) this.begin(item)
  }

  private begin(item: Item): void {
    if (this.running.has(item.id)) return
    const done = this.work.run(item, this.aborting.signal).catch((error: unknown) => {
      this.work.log.warn(`${this.work.name}: an item was left to its claim`, { id: item.id, error })
    })
    this.running.set(item.id, done)
    void done.then(() => {
      this.running.delete(item.id)
      if (this.mayHaveMore || this.stopping) this.wake()
    })
  }
}
