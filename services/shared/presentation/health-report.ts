/** How a process, or something it needs, is doing. */
export type Condition = 'healthy' | 'degraded' | 'unhealthy'

/** What `GET /health` answers. */
export interface HealthReport {
  status: Condition
  version: string
  dependencies: Record<string, Condition>
}

export interface HealthReportOptions {
  version: string
  /** Told why a check threw or did not answer in time. */
  onFailure: (dependency: string, reason: unknown) => void
  /** How long a check may take, in milliseconds. */
  timeoutMs?: number
}

/**
 * Asks all dependencies at once. One whose check throws or takes over 2 s is unhealthy. The whole is unhealthy when
 * `database` is, and degraded when anything else is not healthy.
 */
export const healthReport = async (
  checks: Readonly<Record<string, () => Promise<Condition>>>,
  { version, onFailure, timeoutMs = 2_000 }: HealthReportOptions,
): Promise<HealthReport> => {
  const ask = async ([name, check]: [string, () => Promise<Condition>]): Promise<[string, Condition]> => {
    try {
      return [name, await within(timeoutMs, check)]
    } catch (reason) {
      onFailure(name, reason)
      return [name, 'unhealthy']
    }
  }
  const dependencies = Object.fromEntries(await Promise.all(Object.entries(checks).map(ask)))
  return { status: overall(dependencies), version, dependencies }
}

const overall = (dependencies: Record<string, Condition>): Condition => {
  if (dependencies.database === 'unhealthy') return 'unhealthy'
  return Object.values(dependencies).every((condition) => condition === 'healthy') ? 'healthy' : 'degraded'
}

const within = async <T>(ms: number, work: () => Promise<T>): Promise<T> => {
  const { promise: late, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new Error(`no answer within ${ms} ms`)), ms)
  try {
    return await Promise.race([work(), late])
  } finally {
    clearTimeout(timer)
  }
}
