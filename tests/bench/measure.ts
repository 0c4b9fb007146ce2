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

/** How often each side is run. */
export interface Rounds {
  /** Runs of each side that count. */
  runs: number
  /** Runs of each side before them, at most. */
  warmUps: number
}

const stillFaster = 1.05

/** Runs until it gets no faster: compilers, caches and connections are warm. */
const warmUp = async (run: Run, most: number): Promise<void> => {
  let last = 0
  for (let tries = 0; tries < most; tries += 1) {
    const { perSecond } = await run()
    if (perSecond < last * stillFaster) return
    last = perSecond
  }
}

/** Warms all sides up, then runs them in turn, A B A B, so that each round sees the same machine. */
export const alternate = async <Name extends string>(
  sides: Record<Name, Run>,
  { runs, warmUps }: Rounds,
): Promise<Record<Name, Sample[]>> => {
  const names = Object.keys(sides) as Name[]
  const results = Object.fromEntries(names.map((name) => [name, [] as Sample[]])) as Record<Name, Sample[]>
  for (const name of names) await warmUp(sides[name], warmUps)
  for (let round = 0; round < runs; round += 1) {
    for (const name of names) results[name].push(await sides[name]())
  }
  return results
}

/** Runs in turn with their reference, where there is one. */
export const beside = async (
  ours: Run,
  reference: Run | undefined,
  rounds: Rounds,
): Promise<{ ours: Sample[]; reference: Sample[] | undefined }> =>
  reference ? alternate({ ours, reference }, rounds) : { reference, ...(await alternate({ ours }, rounds)) }

/** The median of the ratios of runs that were made side by side. */
export const medianRatio = (ours: readonly Sample[], reference: readonly Sample[]): number =>
  median(ours.map(({ perSecond }, index) => perSecond / (reference[index]?.perSecond ?? Number.NaN)))
