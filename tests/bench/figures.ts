import type { Report } from '../report.ts'
import { median, medianRatio, type Sample } from './measure.ts'

/** Runs of something beside runs of its reference. */
export interface Figure {
  name: string
  ours: readonly Sample[]
  /** In the same rounds; undefined where the reference cannot run here. */
  reference: readonly Sample[] | undefined
  /** The ratio that must hold. */
  floor?: number
  /** The ratio to reach for. */
  goal?: number
}

type Cell = string | number

const rate = (samples: readonly Sample[]): string => Math.round(median(samples.map((one) => one.perSecond))).toString()

const cpu = (samples: readonly Sample[] | undefined): string => {
  const known = (samples ?? []).flatMap(({ cpuMicros }) => cpuMicros ?? [])
  return known.length === 0 ? '' : Math.round(median(known)).toString()
}

/** How a ratio stands to its bounds. */
const verdictOf = (ratio: number, floor = 0, goal = floor): 'reached' | 'below goal' | 'below floor' =>
  ratio < floor || Number.isNaN(ratio) ? 'below floor' : ratio < goal ? 'below goal' : 'reached'

const rowOf = (report: Report, part: string, { name, ours, reference, floor, goal }: Figure): Cell[] => {
  const costs = [cpu(ours), cpu(reference)]
  const bounds = [floor ?? '', goal ?? '']
  if (!reference) return [name, rate(ours), '', ...costs, '', ...bounds, 'no reference']
  const ratio = medianRatio(ours, reference)
  const verdict = floor === undefined && goal === undefined ? '' : verdictOf(ratio, floor, goal)
  if (verdict === 'below floor') report.fellShort(`${part}: ${name}: ${ratio.toFixed(2)}, and the floor is ${floor}`)
  return [name, rate(ours), rate(reference), ...costs, ratio.toFixed(2), ...bounds, verdict]
}

/**
 * Prints what was measured against its references under the name of the part and what its figures mean, and notes each
 * ratio below its floor. A ratio is the median of those of runs side by side, so it need not be the quotient of the two
 * medians before it.
 */
export const showFigures = (report: Report, part: string, meaning: string, figures: readonly Figure[]): void => {
  const columns = ['', 'ours/s', 'reference/s', 'µs', 'ref µs', 'ratio', 'floor', 'goal', 'verdict']
  const rows = figures.map((figure) => rowOf(report, part, figure))
  report.table(`${part}: ${meaning}`, columns, rows)
  report.keep(part, figures)
}

/** Something measured by itself. */
export interface Limit {
  name: string
  value: number
  /** What it must not exceed. */
  atMost?: number
  /** What it must not fall short of. */
  atLeast?: number
}

const limitVerdict = ({ value, atMost, atLeast }: Limit): string => {
  if (atMost === undefined && atLeast === undefined) return ''
  return value <= (atMost ?? value) && value >= (atLeast ?? value) ? 'holds' : 'missed'
}

const short = (value: number): string => (Math.abs(value) < 10 ? value.toFixed(2) : Math.round(value).toString())

/** Prints what was measured by itself and notes each limit that it misses. */
export const showLimits = (report: Report, part: string, meaning: string, limits: readonly Limit[]): void => {
  const rows = limits.map((limit) => {
    const { name, value, atMost, atLeast } = limit
    const verdict = limitVerdict(limit)
    const bound = atMost !== undefined ? `at most ${atMost}` : atLeast !== undefined ? `at least ${atLeast}` : ''
    if (verdict === 'missed') report.fellShort(`${part}: ${name}: ${short(value)}, and it must be ${bound}`)
    return [name, short(value), bound, verdict]
  })
  report.table(`${part}: ${meaning}`, ['', 'measured', 'limit', 'verdict'], rows)
  report.keep(`${part}: ${meaning}`, limits)
}
