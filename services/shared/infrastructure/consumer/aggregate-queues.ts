import { InFlight } from '../in-flight.ts'

/**
 * Runs tasks of one key one after another and of different keys side by side, at most `limit` at once. When more wait
 * than that, `restAfter` may make it pause: it is told how long the last ones took, and says for how long.
 */
export class AggregateQueues {
  private readonly tails = new InFlight<string, Promise<void>>()
  private readonly waiting: (() => void)[] = []
  private running = 0
  private begunAt = 0
  private isResting = false
  private readonly limit: number
  private readonly restAfter: (workedMs: number) => number

  constructor(limit: number, restAfter: (workedMs: number) => number = () => 0) {
    this.limit = limit
    this.restAfter = restAfter
  }

  /** Tasks must not throw. */
  add(key: string, task: () => Promise<void>): void {
    const tail = (this.tails.get(key) ?? Promise.resolve()).then(() => this.runLimited(task))
    this.tails.set(key, tail)
    tail.then(() => {
      if (this.tails.get(key) === tail) this.tails.delete(key)
    })
  }

  private async runLimited(task: () => Promise<void>): Promise<void> {
    if (this.waiting.length === 0 && this.running < this.limit && !this.isResting) this.begin()
    else await new Promise<void>((resolve) => this.waiting.push(resolve))
    try {
      await task()
    } finally {
      this.running -= 1
      this.goOn()
    }
  }

  private begin(): void {
    if (this.running === 0) this.begunAt = performance.now()
    this.running += 1
  }

  private goOn(): void {
    if (this.waiting.length === 0 || this.isResting) return
    const workedMs = performance.now() - this.begunAt
    const restMs = this.restAfter(workedMs)
    if (restMs === 0) this.startWaiting()
    // All that are at it end first: many small rounds cost more than few large ones.
    else if (this.running === 0) this.rest(restMs)
  }

  private rest(milliseconds: number): void {
    this.isResting = true
    setTimeout(() => {
      this.isResting = false
      this.startWaiting()
    }, milliseconds)
  }

  private startWaiting(): void {
    while (this.running < this.limit) {
      const start = this.waiting.shift()
      if (!start) return
      this.begin()
      start()
    }
  }

  /** Resolves when nothing is left. */
  async idle(): Promise<void> {
    while (this.tails.size > 0) await Promise.all(this.tails.values())
  }
}
