/** The only source of wall-clock time. Time travel moves it; leases, deadlines and backoff do not use it. */
export interface Clock {
  now(): Date
}

/** A clock that stands still until it is moved; for tests of pure domain code. */
export class FixedClock implements Clock {
  private time: number

  constructor(start: Date | string) {
    this.time = new Date(start).getTime()
  }

  now(): Date {
    return new Date(this.time)
  }

  advance(milliseconds: number): void {
    this.time += milliseconds
  }
}
