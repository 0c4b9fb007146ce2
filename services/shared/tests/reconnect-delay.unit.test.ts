import fc from 'fast-check'
import { expect, it } from 'vitest'
import { reconnectDelay } from '../infrastructure/reconnect-delay.ts'

/** Reconnects in vain for five seconds as the client of NATS does, while its clock is set; returns when it tried. */
const tries = (random: number, set: { atMs: number; byMs: number }): number[] => {
  let steady = 0
  const wall = () => 1_800_000_000_000 + Math.floor(steady) + (steady > set.atMs ? set.byMs : 0)
  const delay = reconnectDelay({ wall, steady: () => steady, random: () => random })
  const at: number[] = []
  let last = 0
  for (let asked = 0; asked < 1_000 && steady < 5_000; asked += 1) {
    const wait = delay()
    if (last + wait <= wall()) {
      at.push(steady)
      last = wall()
    } else steady += Math.max(1, Math.min(wait, last + wait - wall()))
  }
  return at
}

const pauses = (at: number[]): number[] => at.slice(1).map((time, index) => time - (at[index] ?? 0))

it('tries at once, and every quarter to half a second from then on', () => {
  for (const [random, pause] of [
    [0, 250],
    [1, 500],
  ] as const) {
    const at = tries(random, { atMs: 0, byMs: 0 })
    expect(at[0]).toBe(0)
    expect(new Set(pauses(at))).toEqual(new Set([pause]))
  }
})

it('waits no longer, and never tries without a pause, where the clock is set back meanwhile', () => {
  const random = fc.double({ min: 0, max: 1, noNaN: true })
  fc.assert(
    fc.property(random, fc.nat(2_000), fc.nat(3_600_000), (chance, atMs, backMs) => {
      const waited = pauses(tries(chance, { atMs, byMs: -backMs }))
      expect(waited.length).toBeGreaterThanOrEqual(9)
      for (const pause of waited) {
        expect(pause).toBeGreaterThanOrEqual(250)
        expect(pause).toBeLessThanOrEqual(502)
      }
    }),
    { numRuns: 1_000 },
  )
})
