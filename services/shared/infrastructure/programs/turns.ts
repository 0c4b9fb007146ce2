/** Lets as many run at once as there are places; those who wait take turns by whose they are, each first come, first served. */
export class Turns {
  private free: number
  private readonly waiting = new Map<string, (() => void)[]>()

  constructor(places: number) {
    this.free = places
  }

  /** Resolves when there is a place, with what gives it free; rejects with the signal's reason when that comes first. */
  async take(whose: string, signal?: AbortSignal): Promise<() => void> {
    signal?.throwIfAborted()
    if (this.free > 0) this.free -= 1
    else await this.wait(whose, signal)
    let isTaken = true
    return () => {
      if (isTaken) this.giveFree()
      isTaken = false
    }
  }

  /** How many wait. */
  get length(): number {
    return [...this.waiting.values()].reduce((sum, line) => sum + line.length, 0)
  }

  private wait(whose: string, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const leave = () => {
        this.remove(whose, enter)
        reject(signal?.reason)
      }
      const enter = () => {
        signal?.removeEventListener('abort', leave)
        resolve()
      }
      signal?.addEventListener('abort', leave, { once: true })
      const line = this.waiting.get(whose) ?? []
      this.waiting.set(whose, [...line, enter])
    })
  }

  private remove(whose: string, enter: () => void): void {
    const line = (this.waiting.get(whose) ?? []).filter((each) => each !== enter)
    if (line.length > 0) this.waiting.set(whose, line)
    else this.waiting.delete(whose)
  }

  private giveFree(): void {
    const [next] = this.waiting
    if (!next) {
      this.free += 1
      return
    }
    const [whose, [enter, ...rest]] = next
    // Whoever had this turn goes behind all others that wait.
    this.waiting.delete(whose)
    if (rest.length > 0) this.waiting.set(whose, rest)
    enter?.()
  }
}
