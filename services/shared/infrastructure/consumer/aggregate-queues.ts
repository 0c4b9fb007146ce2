/** Runs tasks of one key one after another and of different keys side by side, at most `limit` at once. */
export class AggregateQueues {
  private readonly tails = new Map<string, Promise<void>>()
  private readonly waiting: (() => void)[] = []
  private running = 0
  private readonly limit: number

  constructor(limit: number) {
    this.limit = limit
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
    if (this.running >= this.limit) await new Promise<void>((resolve) => this.waiting.push(resolve))
    this.running += 1
    try {
      await task()
    } finally {
      this.running -= 1
      this.waiting.shift()?.()
    }
  }

  /** Resolves when nothing is left. */
  async idle(): Promise<void> {
    while (this.tails.size > 0) await Promise.all(this.tails.values())
  }
}
