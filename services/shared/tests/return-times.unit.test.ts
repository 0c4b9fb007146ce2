import fc from 'fast-check'
import { expect, test } from 'vitest'
import { returnTimes } from '../presentation/return-times.ts'

test('however many are turned away, at most 500 a second come again before half a minute is over', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 20, noNaN: true }), { minLength: 1, maxLength: 3000 }), (pauses) => {
      let now = 0
      const next = returnTimes(() => now)
      const returns = pauses.map((pause) => {
        now += pause
        const wait = next()
        expect(wait).toBeGreaterThanOrEqual(1000)
        expect(wait).toBeLessThanOrEqual(30_000)
        return now + wait
      })
      for (const [index, at] of returns.entries()) {
        const later = returns[index + 500]
        // By the steps in which it is told two may be nearer.
        if (later !== undefined) expect(later - at).toBeGreaterThanOrEqual(899)
      }
    }),
  )
})

test('a rush beyond what comes again in half a minute is asked to stay away that long', () => {
  const next = returnTimes(() => 0)
  expect(Array.from({ length: 20_000 }, next).at(-1)).toBe(30_000)
})
