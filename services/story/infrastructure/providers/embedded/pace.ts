import { setImmediate } from 'node:timers/promises'

const SLICE_MS = 12

/** Lets other work run now and then; each call is a chance to. Rejects with the signal's reason once aborted. */
export type Breathe = () => Promise<void>

export const breather = (signal: AbortSignal): Breathe => {
  let since = performance.now()
  return async () => {
    signal.throwIfAborted()
    if (performance.now() - since < SLICE_MS) return
    await setImmediate()
    signal.throwIfAborted()
    since = performance.now()
  }
}
