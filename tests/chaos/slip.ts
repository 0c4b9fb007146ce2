import { waitUntil } from '../../deploy/local/processes.ts'
import { eventually } from '../mesh.ts'
import type { Part } from './part.ts'

export const patienceMs = 30_000
const deathMs = 3000

/** A failpoint at each of its first times. */
export const times = (place: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${place}#${index + 1}`)

/** Calls again what nobody answers meanwhile. */
export const answered = <T>(call: () => Promise<T>): Promise<T> =>
  eventually(async () => ({ value: await call() }), patienceMs).then(({ value }) => value)

/** A death of one process at a point of its way. */
export const slipOf = (part: Part) => ({
  /** Lets it begin a life that ends by SIGKILL at a failpoint. */
  arm: async (point: string): Promise<void> => {
    part.arm({ TROUPE_FAILPOINTS: point })
    part.signal('SIGKILL')
    await waitUntil(() => part.isArmed, patienceMs)
    await waitUntil(() => part.isReady(), patienceMs)
  },
  /** Ends that life where it has not come to the point so often. Answers whether it died there. */
  end: async (): Promise<boolean> => {
    // What it did last may be seen before its death is.
    const died = await waitUntil(() => !part.isArmed, deathMs)
    if (!died) part.signal('SIGKILL')
    await waitUntil(async () => !part.isArmed && (await part.isReady()), patienceMs)
    return died
  },
})
