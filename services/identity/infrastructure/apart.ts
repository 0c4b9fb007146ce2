import { type CallContext, currentCall, runInCall } from '#shared/infrastructure/call-context.ts'
import { optionalUnit, type UnitOfWork } from '#shared/infrastructure/unit-of-work.ts'
import { uuidv7 } from '#shared/infrastructure/uuid.ts'
import type { Ports } from '../application/ports.ts'

/** What events say of where they come from when nobody called, as at start-up. */
const ownCall = (purpose: string): CallContext => ({
  principal: { kind: 'service', name: 'identity' },
  actor: 'service:identity',
  correlationId: uuidv7(),
  causationId: uuidv7(),
  cause: `start:${purpose}`,
  traceparent: undefined,
  address: '',
  deadline: undefined,
  signal: new AbortController().signal,
})

type Write = <T>(key: string, run: (unit: UnitOfWork) => Promise<T>) => Promise<T>

/** Runs units of work of their own, within the one being run or outside of any. */
export const createApart =
  (write: Write): Ports['apart'] =>
  (purpose, run) => {
    const key = optionalUnit()?.keyFor(purpose) ?? uuidv7()
    const commit = () => write(key, () => run())
    return currentCall() ? commit() : runInCall(ownCall(purpose), commit)
  }
