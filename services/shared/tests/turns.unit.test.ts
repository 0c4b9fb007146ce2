import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Turns } from '../infrastructure/programs/turns.ts'

/** Lets everything that can go on do so. */
const settle = () => new Promise((resolve) => setImmediate(resolve))

describe('turns', () => {
  it('are never more at once than there are places, and all who wait get one', async () => {
    const job = fc.record({
      whose: fc.constantFrom('a', 'b', 'c'),
      steps: fc.nat(3),
      leavesAfter: fc.option(fc.nat(5)),
    })
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 4 }), fc.array(job, { maxLength: 25 }), async (places, jobs) => {
        const turns = new Turns(places)
        let running = 0
        let most = 0
        const run = async ({ whose, steps, leavesAfter }: (typeof jobs)[number]) => {
          const leave = new AbortController()
          const leaving = (async () => {
            for (let step = 0; step < (leavesAfter ?? 0); step++) await settle()
            if (leavesAfter !== null) leave.abort(new Error('left'))
          })()
          const giveFree = await turns.take(whose, leave.signal).catch((error: Error) => error)
          if (giveFree instanceof Error) {
            expect(giveFree.message).toBe('left')
            return leaving
          }
          running += 1
          most = Math.max(most, running)
          for (let step = 0; step < steps; step++) await settle()
          running -= 1
          giveFree()
          giveFree()
          return leaving
        }
        await Promise.all(jobs.map(run))
        expect(most).toBeLessThanOrEqual(places)
        expect([running, turns.length]).toEqual([0, 0])
        // All places are free again.
        const again = await Promise.all(Array.from({ length: places }, () => turns.take('d')))
        expect(again).toHaveLength(places)
      }),
    )
  })

  it('go round among those who wait, however much one of them wants', async () => {
    const turns = new Turns(1)
    const order: string[] = []
    const giveFree = await turns.take('first')
    const wanted = [...Array(5).fill('long story'), 'short story', 'poem', 'short story']
    const jobs = wanted.map(async (whose: string) => {
      const done = await turns.take(whose)
      order.push(whose)
      done()
    })
    giveFree()
    await Promise.all(jobs)
    expect(order).toEqual([
      ...['long story', 'short story', 'poem'],
      ...['long story', 'short story'],
      ...['long story', 'long story', 'long story'],
    ])
  })
})
