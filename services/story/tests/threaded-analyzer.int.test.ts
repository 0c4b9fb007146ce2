import { afterAll, describe, expect, it } from 'vitest'
import { embeddedAnalyzer } from '../infrastructure/providers/embedded/embedded.ts'
import { threadedAnalyzer } from '../infrastructure/threaded-analyzer.ts'
import { loadTales } from '../tales/load.ts'

const analyzer = threadedAnalyzer()
afterAll(() => analyzer.close())
const never = new AbortController().signal

describe('the engine in a thread', () => {
  it('finds what it finds in process, and tells its progress', async () => {
    const [tale] = await loadTales('tuning')
    const text = { title: tale?.title ?? '', content: tale?.content ?? '', language: tale?.language ?? 'en' }
    const fractions: number[] = []
    const found = await analyzer.analyze(text, (fraction) => fractions.push(fraction), never)
    expect(found).toEqual(await embeddedAnalyzer().analyze(text, () => {}, never))
    expect(fractions.length).toBeGreaterThan(2)
    expect(fractions).toEqual(fractions.toSorted((a, b) => a - b))
  })

  it('leaves the rest of the process free, and ends when it is aborted or takes too long', async () => {
    const hostile = { title: 'Hostile', content: `"'a `.repeat(200_000), language: 'en' }
    const stopped = new AbortController()
    const running = analyzer.analyze(hostile, () => {}, stopped.signal)
    let ticks = 0
    const clock = setInterval(() => {
      ticks += 1
    }, 10)
    await new Promise((done) => setTimeout(done, 1000))
    clearInterval(clock)
    stopped.abort(new Error('stopped'))
    await expect(running).rejects.toThrow('stopped')
    expect(ticks).toBeGreaterThan(30)
    const impatient = threadedAnalyzer(500)
    await expect(impatient.analyze(hostile, () => {}, never)).rejects.toMatchObject({ reason: 'ANALYSIS_TOO_LONG' })
    await impatient.close()
  })
})
