import { type CallContext, currentCall, runInCall } from './call-context.ts'
import type { Kernel } from './kernel.ts'
import { optionalUnit } from './unit-of-work.ts'
import { uuidv7 } from './uuid.ts'

/** What events say of where they come from when nobody called, as at start-up. */
export const ownCall = (context: string, purpose: string): CallContext => ({
  principal: { kind: 'service', name: context },
  actor: `service:${context}`,
  correlationId: uuidv7(),
  causationId: uuidv7(),
  cause: `start:${purpose}`,
  traceparent: undefined,
  address: '',
  deadline: undefined,
  signal: new AbortController().signal,
})

/** Runs and commits a unit of work of its own: within the one being run, with a key that follows from it, or outside of any. */
export type Apart = <T>(purpose: string, run: () => Promise<T>) => Promise<T>

/** Runs units of work of a context's own, within the one being run or outside of any. */
export const createApart =
  (context: string, write: Kernel['write']): Apart =>
  (purpose, run) => {
    const key = optionalUnit()?.keyFor(purpose) ?? uuidv7()
    const commit = () => write(key, () => run())
    return currentCall() ? commit() : runInCall(ownCall(context, purpose), commit)
  }
