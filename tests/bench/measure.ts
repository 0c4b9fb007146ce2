/** The middle of some numbers; between the two middle ones where there is no single one. */
export const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2
}

/** The value below which `share` (0 to 1) of some sorted numbers lie. */
export const quantile = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN

/** One measurement, usually a number a second. */
export type Run = () => Promise<number>

/**
 * Runs all sides in turn, A B A B, so that each round sees the same machine. A first round is thrown away: it warms up
 * compilers, caches and connections.
 */
export const alternate = async <Name extends string>(
  sides: Record<Name, Run>,
  runs: number,
): Promise<Record<Name, number[]>> => {
  const names = Object.keys(sides) as Name[]
  const results = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<Name, number[]>
  for (let round = 0; round <= runs; round += 1) {
    for (const name of names) {
      const value = await sides[name]()
      if (round > 0) results[name].push(value)
    }
  }
  return results
}

/** The median of the ratios of runs that were made side by side. */
export const medianRatio = (ours: readonly number[], reference: readonly number[]): number =>
  median(ours.map((value, index) => value / (reference[index] ?? Number.NaN)))
