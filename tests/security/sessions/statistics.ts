/** The middle value. */
export const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b)
  const half = sorted.length / 2
  return Number.isInteger(half)
    ? ((sorted[half - 1] ?? Number.NaN) + (sorted[half] ?? Number.NaN)) / 2
    : (sorted[Math.floor(half)] ?? Number.NaN)
}

/**
 * How often a value of `a` is the larger one of a pair, ties counted half: Mann and Whitney's U over the number of
 * pairs. 0.5 when nothing tells them apart, 1 or 0 when each single value does.
 */
export const superiority = (a: readonly number[], b: readonly number[]): number => {
  let wins = 0
  for (const x of a) for (const y of b) wins += x > y ? 1 : x === y ? 0.5 : 0
  return wins / (a.length * b.length)
}

/** The standard deviation of `superiority` for samples of `n` each that nothing tells apart. */
export const superiorityDeviation = (n: number): number => Math.sqrt((2 * n + 1) / (12 * n * n))
