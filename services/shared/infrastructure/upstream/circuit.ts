/** How a circuit breaker decides. */
export interface CircuitOptions {
  /** Consecutive failures that open it. */
  threshold: number
  /** How long it stays open at first; doubles with every failure after that, up to `maxOpenMs`. */
  openMs: number
  maxOpenMs: number
}

/** Keeps calls away from what has failed several times in a row. After a pause calls may try again. */
export class Circuit {
  private readonly options: CircuitOptions
  private failures = 0
  private openUntil = 0

  constructor(options: CircuitOptions) {
    this.options = options
  }

  get isOpen(): boolean {
    return this.failures > 0 && performance.now() < this.openUntil
  }

  succeeded(): void {
    this.failures = 0
    this.openUntil = 0
  }

  failed(): void {
    this.failures += 1
    const { threshold, openMs, maxOpenMs } = this.options
    if (this.failures < threshold) return
    this.openUntil = performance.now() + Math.min(openMs * 2 ** (this.failures - threshold), maxOpenMs)
  }
}
