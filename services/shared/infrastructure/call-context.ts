import { AsyncLocalStorage } from 'node:async_hooks'
import { Code, ConnectError, createContextKey } from '@connectrpc/connect'
import type { ApiKeyScope } from '../domain/api-key-scope.ts'

/** An API key that a user calls with. */
interface ApiKeyUse {
  id: string
  scopes: readonly ApiKeyScope[]
}

/** A person without an account, let in to one resource. */
export interface Guest {
  kind: 'guest'
  guestId: string
  displayName: string
  resource: { type: string; id: string }
}

/** Who calls, as far as a token, an API key or a service identity proves it. A key belongs to no session. */
export type Principal =
  | { kind: 'anonymous' }
  | { kind: 'user'; userId: string; sessionId: string; roles: readonly string[]; apiKey?: ApiKeyUse }
  | Guest
  | { kind: 'service'; name: string }

/** What one unit of work knows about where it comes from. */
export interface CallContext {
  principal: Principal
  /** On whose behalf: a user id, `guest:<id>`, `service:<name>`, or empty for nobody. */
  actor: string
  /** Shared by everything one request causes. */
  correlationId: string
  /** The rpc, event, command or timer that is being handled. */
  causationId: string
  /** What the causation id names: an rpc's path, `consumer:<name>`, `process:<name>`. */
  cause: string
  /** W3C trace context of the active span. */
  traceparent: string | undefined
  /** The caller's network address, as the edge saw it. */
  address: string
  /** When the caller stops waiting, in `performance.now()` time. */
  deadline: number | undefined
  signal: AbortSignal
}

/** The call as the gate admitted it. */
export const callKey = createContextKey<CallContext | undefined>(undefined)
/** The response's own metadata, for an answer that no handler makes: Connect has written the protocol's fields there. */
export const responseKey = createContextKey<{ header: Headers; trailer: Headers } | undefined>(undefined)
/** Of a stream: asks whether its caller would be let in now. Throws as the gate does. */
export const admissionKey = createContextKey<(() => Promise<void>) | undefined>(undefined)
/** The context that calls from within the same process; no header can say it. */
export const localCallerKey = createContextKey<string>('')

const storage = new AsyncLocalStorage<CallContext>()

/** The context of the unit of work being run; undefined outside of one. */
export const currentCall = (): CallContext | undefined => storage.getStore()

/** The context of the unit of work being run. Throws outside of one: that is a mistake in the code. */
export const callContext = (): CallContext => {
  const context = storage.getStore()
  if (!context) throw new Error('called outside of a unit of work')
  return context
}

export const runInCall = <T>(context: CallContext, run: () => T): T => storage.run(context, run)

/** How events, logs and idempotency scopes name the principal; empty for nobody. */
export const actorOf = (principal: Principal): string => {
  switch (principal.kind) {
    case 'user':
      return principal.userId
    case 'guest':
      return `guest:${principal.guestId}`
    case 'service':
      return `service:${principal.name}`
    case 'anonymous':
      return ''
  }
}

/** Milliseconds left for the current call; undefined when nobody waits. */
export const remainingMs = (): number | undefined => {
  const deadline = storage.getStore()?.deadline
  return deadline === undefined ? undefined : Math.max(0, deadline - performance.now())
}

/** Throws when the caller has gone or its time is up: what is not yet done for it need not be. */
export const assertAwaited = (): void => {
  callContext().signal.throwIfAborted()
  if (remainingMs() === 0) throw new ConnectError('the deadline has passed', Code.DeadlineExceeded)
}
