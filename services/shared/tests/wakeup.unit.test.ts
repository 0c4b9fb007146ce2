import { getEventListeners } from 'node:events'
import { describe, expect, it } from 'vitest'
import { Wakeup } from '../infrastructure/wakeup.ts'

const timed = async <T>(run: () => Promise<T>): Promise<[T, number]> => {
  const started = performance.now()
  return [await run(), performance.now() - started]
}

describe('a sleeping loop', () => {
  it('wakes by itself', async () => {
    const [woken, took] = await timed(() => new Wakeup().wait(30))
    expect(woken).toBe(false)
    expect(took).toBeGreaterThanOrEqual(28)
  })

  it('is woken at once, also by a wake that came before it slept', async () => {
    const wakeup = new Wakeup()
    setTimeout(() => wakeup.wake(), 10)
    const [woken, took] = await timed(() => wakeup.wait(5000))
    expect([woken, took < 1000]).toEqual([true, true])
    wakeup.wake()
    wakeup.wake()
    const [again] = await timed(() => wakeup.wait(5000))
    expect(again).toBe(true)
    const [spent] = await timed(() => wakeup.wait(10))
    expect(spent).toBe(false)
  })

  it('does not sleep for no time, and tells whether it was woken', async () => {
    const wakeup = new Wakeup()
    expect(await wakeup.wait(0)).toBe(false)
    wakeup.wake()
    expect(await wakeup.wait(0)).toBe(true)
  })

  it('ends with its signal and leaves nothing on it', async () => {
    const { signal } = new AbortController()
    for (let n = 0; n < 20; n += 1) await new Wakeup().wait(1, signal)
    expect(getEventListeners(signal, 'abort')).toEqual([])
    const ending = new AbortController()
    setTimeout(() => ending.abort(), 10)
    const [woken, took] = await timed(() => new Wakeup().wait(5000, ending.signal))
    expect([woken, took < 1000]).toEqual([false, true])
    expect((await timed(() => new Wakeup().wait(5000, ending.signal)))[1]).toBeLessThan(1000)
  })
})
