const leastMs = 250
const jitterMs = 250

interface Now {
  /** Milliseconds, by the clock of the machine, which may be set. */
  wall(): number
  /** By one that only ever goes on. */
  steady(): number
  /** 0 to 1. */
  random(): number
}

const present: Now = { wall: () => Date.now(), steady: () => performance.now(), random: Math.random }

/**
 * When to try to reconnect: a quarter to half a second after the last time. For a client that notes by the machine's clock
 * when it tried last, adds what this says, and tries if that has passed, else waits until then and asks again: were it
 * told how long to wait, a clock that is set back would have it wait for as long as that is.
 */
export const reconnectDelay = ({ wall, steady, random }: Now = present): (() => number) => {
  let triedAt = 0
  let due = Number.NEGATIVE_INFINITY
  return () => {
    const left = due - steady()
    // The client adds it to when it tried, not to the present; a part of a millisecond would be lost in the sum.
    if (left > 0) return Math.ceil(left) + Math.max(0, wall() - triedAt)
    triedAt = wall()
    due = steady() + leastMs + random() * jitterMs
    return Number.NEGATIVE_INFINITY
  }
}
