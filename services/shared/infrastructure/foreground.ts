import { currentCall } from './call-context.ts'

/** Between two calls of one caller, it is still there. */
const stillThereMs = 20
/** Time left to callers for each that a backlog takes. */
const restForWork = 12
/** However long a round took: one whose handler waited for something that is away says nothing of its cost. */
const longestRestMs = 1000
const freshMs = 2000

let units = 0
let lastEnded = Number.NEGATIVE_INFINITY

/** Counts a unit of work while it runs, if somebody waits for it: one of a call that no service makes. */
export const countForeground = async <T>(run: () => Promise<T>): Promise<T> => {
  const call = currentCall()
  if (!call || call.principal.kind === 'service') return run()
  units += 1
  try {
    return await run()
  } finally {
    units -= 1
    lastEnded = performance.now()
  }
}

const hasCallers = (): boolean => units > 0 || performance.now() - lastEnded < stillThereMs

/**
 * How long work for which nobody waits rests after having taken so many milliseconds. Events that are fresh are carried
 * on at once. A backlog, events older than some seconds, leaves most of the time to the callers of this process, while
 * it has some: they would else get the share that is left to the few of them.
 */
export const restAfter = (workedMs: number, ageMs: number): number =>
  ageMs > freshMs && hasCallers() ? Math.min(workedMs * restForWork, longestRestMs) : 0
