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

/** What one run found. */
export interface Sample {
  perSecond: number
  /** How often it was done in all. */
  count: number
  /** Processor time of the measured process for each, in microseconds; undefined where it is not known. */
  cpuMicros?: number | undefined
}

/** One measurement. */
export type Run = () => Promise<Sample>

/**
 * Runs all sides in turn, A B A B, so that each round sees the same machine. A first round is thrown away: it warms up
 * compilers, caches and connections.
 */
export const alternate = async <Name extends string>(
  sides: Record<Name, Run>,
  runs: number,
): Promise<Record<Name, Sample[]>> => {
  const names = Object.keys(sides) as Name[]
  const results = Object.fromEntries(names.map((name) => [name, [] as Sample[]])) as Record<Name, Sample[]>
  for (let round = 0; round <= runs; round += 1) {
    for (const name of names) {
      const sample = await sides[name]()
      if (round > 0) results[name].push(sample)
    }
  }
  return results
}

/** Runs in turn with their reference, where there is one. */
export const beside = async (
  ours: Run,
  reference: Run | undefined,
  runs: number,
): Promise<{ ours: Sample[]; reference: Sample[] | undefined }> =>
  reference ? alternate({ ours, reference }, runs) : { reference, ...(await alternate({ ours }, runs)) }

/** The median of the ratios of runs that were made side by side. */
export const medianRatio = (ours: readonly Sample[], reference: readonly Sample[]): number =>
  median(ours.map(({ perSecond }, index) => perSecond / (reference[index]?.perSecond ?? Number.NaN)))
