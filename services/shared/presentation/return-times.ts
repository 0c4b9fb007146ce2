const soonestMs = 1000
const latestMs = 30_000
const perSecond = 500
const stepMs = 100

/**
 * When somebody who is turned away may come again, in milliseconds: after a second, and so spread that however many they
 * are, no more than 500 a second come back; after half a minute at most. In steps of a tenth of a second, so that many are
 * told the same.
 */
export const returnTimes = (now: () => number = () => performance.now()): (() => number) => {
  let last = Number.NEGATIVE_INFINITY
  return () => {
    const at = now()
    last = Math.min(Math.max(at + soonestMs, last + 1000 / perSecond), at + latestMs)
    return Math.ceil((last - at) / stepMs) * stepMs
  }
}
