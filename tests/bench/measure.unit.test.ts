import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { startReport } from '../report.ts'
import { readArguments } from './arguments.ts'
import { showFigures, showLimits } from './figures.ts'
import { alternate, median, medianRatio, quantile, type Sample } from './measure.ts'
import { partNames } from './parts.ts'
import { missingTools } from './tools.ts'

const samples = (...rates: number[]): Sample[] => rates.map((perSecond) => ({ perSecond, count: 1 }))

describe('measuring', () => {
  it('takes medians and quantiles', () => {
    expect(median([3, 1, 2])).toBe(2)
    expect(median([4, 1, 2, 3])).toBe(2.5)
    expect(quantile([1, 2, 3, 4], 0.5)).toBe(3)
    expect(quantile([1, 2, 3, 4], 1)).toBe(4)
  })

  it('takes the ratio of runs side by side, so that a slow minute slows both', () => {
    expect(medianRatio(samples(50, 5, 60), samples(100, 10, 100))).toBe(0.5)
  })

  it('warms each side up until it gets no faster, then runs them in turn', async () => {
    const order: string[] = []
    const side = (name: string, ...rates: number[]) => {
      let runs = 0
      return async () => {
        order.push(name)
        return { perSecond: rates[runs++] ?? 0, count: 1 }
      }
    }
    const sides = { a: side('a', 1, 2, 2, 3, 4), b: side('b', 5, 6, 7, 8, 9) }
    const found = await alternate(sides, { runs: 2, warmUps: 3 })
    expect(order.join('')).toBe('aaabbbabab')
    expect(found).toEqual({ a: samples(3, 4), b: samples(8, 9) })
  })
})

describe('the command line', () => {
  it('knows parts, runs and the folder', () => {
    expect(readArguments([])).toEqual({ parts: partNames, quick: false, runs: 5, out: undefined })
    expect(readArguments(['--quick', '--only', 'unary,write', '--out', 'here'])).toEqual({
      parts: ['write', 'unary'],
      quick: true,
      runs: 3,
      out: 'here',
    })
  })

  it.each([[['--only', 'speed']], [['--runs', '0']], [['--fast']], [['more']]])('refuses %j', (args) => {
    expect(() => readArguments(args)).toThrow()
  })
})

describe('the report', () => {
  let folder: string
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'troupe-bench-report-'))
    vi.spyOn(console, 'log').mockImplementation(() => {})
  })
  afterAll(() => {
    vi.restoreAllMocks()
    rmSync(folder, { recursive: true })
  })

  it('says of each figure where it stands, and counts what fell short', () => {
    const report = startReport('bench', folder)
    const reference = samples(100)
    const bounds = { floor: 0.3, goal: 0.5 }
    showFigures(report, 'part', 'what it means', [
      { name: 'good', ours: samples(60), reference, ...bounds },
      { name: 'so', ours: samples(40), reference, ...bounds },
      { name: 'bad', ours: samples(20), reference, ...bounds },
      { name: 'alone', ours: samples(20), reference: undefined, ...bounds },
    ])
    showLimits(report, 'part', 'limits', [
      { name: 'fits', value: 1, atMost: 2 },
      { name: 'late', value: 3, atMost: 2 },
    ])
    expect(report.finish()).toBe(1)
    const json = JSON.parse(readFileSync(join(folder, 'bench.json'), 'utf8'))
    expect(json.tables[0].rows.map((row: string[]) => row.at(-1))).toEqual([
      'reached',
      'below goal',
      'below floor',
      'no reference',
    ])
    expect(json.missed).toEqual(['part: bad: 0.20, and the floor is 0.3', 'part: late: 3.00, and it must be at most 2'])
  })

  it('names what is missing and how to install it', () => {
    expect(missingTools({ h2load: 'a', wrk: 'b', pgbench: 'c' })).toEqual([])
    expect(missingTools({ h2load: undefined, wrk: 'b', pgbench: undefined }).at(-1)).toBe(
      '  on Debian: apt-get install nghttp2-client postgresql-15',
    )
  })
})
