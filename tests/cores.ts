import { spawnSync } from 'node:child_process'

/** Which cores do what. */
export interface Cores {
  /** The one of what is measured; undefined when nothing is pinned. */
  core: number | undefined
  /** What is put before a command that is measured: it gets one core to itself. */
  measured: readonly string[]
  /** Every core, and those of the load, as taskset lists them. */
  all: string
  others: string
  /** Said in the report. */
  description: string
}

const taskset = (...args: string[]): string | undefined => {
  const { status, stdout } = spawnSync('taskset', args, { encoding: 'utf8' })
  return status === 0 ? stdout : undefined
}

/** The cores of a list such as `0,2-4`. */
const listed = (text: string): number[] =>
  text.split(',').flatMap((range) => {
    const [from = 0, to = from] = range.split('-').map(Number)
    return Array.from({ length: to - from + 1 }, (_, index) => from + index)
  })

/**
 * Keeps one core free for what is measured: this process, and what it starts from now on (Postgres, NATS, the load),
 * moves to the others. Where there is no taskset or one core only, nothing is pinned and the description says so.
 */
export const takeCores = (): Cores => {
  const unpinned = (why: string): Cores => ({
    core: undefined,
    measured: [],
    all: '',
    others: '',
    description: `${why}: nothing is pinned to a core`,
  })
  const affinity = taskset('-cp', String(process.pid))?.split(':')[1]?.trim()
  if (affinity === undefined) return unpinned('taskset is missing')
  const [measured, ...others] = listed(affinity).toReversed()
  if (others.length === 0) return unpinned('there is one core')
  const rest = others.toReversed().join(',')
  if (taskset('-acp', rest, String(process.pid)) === undefined) return unpinned('taskset is not allowed')
  return {
    core: measured,
    measured: ['taskset', '-c', String(measured)],
    all: affinity,
    others: rest,
    description: `core ${measured} runs what is measured, core ${rest} the load, Postgres and NATS; on both sides alike`,
  }
}

const move = ({ core }: Cores, to: string): void => {
  if (core !== undefined) taskset('-acp', to, String(process.pid))
}

/** Lets this process, and what it starts from now on, use all cores again. */
export const returnCores = (cores: Cores): void => move(cores, cores.all)

/** Moves a process that runs already to the core of what is measured. Throws when it has ended. */
export const pin = ({ core }: Cores, pid: number): void => {
  if (core === undefined) return
  if (taskset('-acp', String(core), String(pid)) === undefined) throw new Error(`process ${pid} cannot be pinned`)
}

/** Runs something with no core kept free: what it starts may use all of them. */
export const onAllCores = async <T>(cores: Cores, run: () => Promise<T>): Promise<T> => {
  returnCores(cores)
  try {
    return await run()
  } finally {
    move(cores, cores.others)
  }
}
