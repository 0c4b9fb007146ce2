import type { Report } from '../report.ts'
import { median, medianRatio } from './measure.ts'

/** Runs of something beside runs of its reference. */
export interface Figure {
  name: string
  /** A second. */
  ours: readonly number[]
  /** A second, in the same rounds; undefined where the reference cannot run here. */
  reference: readonly number[] | undefined
  /** The ratio that must hold. */
  floor?: number
  /** The ratio to reach for. */
  goal?: number
}

const rate = (values: readonly number[]): string => Math.round(median(values)).toString()

/** How a ratio stands to its bounds. */
export const verdictOf = (
  ratio: number,
  floor = 0,
  goal = floor,
): 'reached' | 'between floor and goal' | 'below floor' =>
  ratio < floor || Number.isNaN(ratio) ? 'below floor' : ratio < goal ? 'between floor and goal' : 'reached'

/**
 * Prints what was measured against its references, and notes each ratio below its floor. A ratio is the median of
 * those of runs side by side, so it need not be the quotient of the two medians before it.
 */
export const showFigures = (report: Report, title: string, figures: readonly Figure[]): void => {
  const rows = figures.map(({ name, ours, reference, floor, goal }) => {
    const bounds = [floor ?? '', goal ?? '']
    if (!reference) return [name, rate(ours), '', '', ...bounds, 'no reference']
    const ratio = medianRatio(ours, reference)
    const verdict = floor === undefined ? '' : verdictOf(ratio, floor, goal)
    if (verdict === 'below floor') report.fellShort(`${title}: ${name} is ${ratio.toFixed(2)}, its floor ${floor}`)
    return [name, rate(ours), rate(reference), ratio.toFixed(2), ...bounds, verdict]
  })
  report.table(title, ['', 'ours/s', 'reference/s', 'ratio', 'floor', 'goal', 'verdict'], rows)
  report.keep(title, figures)
}
