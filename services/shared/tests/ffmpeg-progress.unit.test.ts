import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { progressOf } from '../infrastructure/programs/ffmpeg-progress.ts'

describe('progress of ffmpeg', () => {
  it('is a part of the duration, never less than before and never more than all', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(20_000_000)), fc.integer({ min: 1, max: 10_000 }), (times, durationMs) => {
        const told: number[] = []
        const progress = progressOf(durationMs, (done) => told.push(done))
        for (const time of times) progress.line(`out_time_us=${time}`)
        expect(told).toEqual([...new Set(told)].sort((a, b) => a - b))
        const furthest = Math.max(0, ...times) / 1000 / durationMs
        expect(told.at(-1) ?? 0).toBeCloseTo(Math.min(1, furthest), 9)
        progress.finished()
        expect(told.at(-1)).toBe(1)
      }),
    )
  })

  it('takes what is no time for nothing', () => {
    const told: number[] = []
    const progress = progressOf(1000, (done) => told.push(done))
    const lines = [
      'frame=3',
      'out_time_us=N/A',
      'out_time_us=-20000',
      'out_time=00:00:00.500000',
      'progress=continue',
      '',
    ]
    for (const line of lines) progress.line(line)
    expect(told).toEqual([])
    progress.line('out_time_us=250000\r')
    expect(told).toEqual([0.25])
  })
})
