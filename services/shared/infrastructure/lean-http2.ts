import { AsyncResource } from 'node:async_hooks'
import type { ClientHttp2Session, ClientHttp2Stream, Http2Session, OutgoingHttpHeaders } from 'node:http2'
import { InFlight } from './in-flight.ts'

/** The table of a session's streams, as node uses it. */
class StreamTable extends InFlight<number, object> {
  forEach(run: (stream: object) => void): void {
    for (const stream of this.values()) run(stream)
  }
}

/**
 * Gives a new session of `node:http2` another table for its streams. Node's own is a Map, in which streams come and go
 * with each call, so that all of them outlive their calls until the next full collection (see `InFlight`). A node that
 * keeps its streams otherwise is left as it is.
 *
 * @returns Whether the session has the other table.
 */
export const leanSession = (session: Http2Session): boolean => {
  const key = Object.getOwnPropertySymbols(session).find(({ description }) => description === 'state')
  const state = key && (session as unknown as Record<symbol, { streams?: { size?: number } }>)[key]
  if (state?.streams?.size !== 0) return false
  state.streams = new StreamTable()
  return true
}

function leanBind(this: AsyncResource, run: (...args: unknown[]) => unknown) {
  const resource = this
  return function (this: unknown, ...args: unknown[]) {
    return resource.runInAsyncScope(run, this, ...args)
  }
}

/**
 * `session.request`. Node binds each request to its async context by `AsyncResource.bind`, whose functions have an
 * accessor of their own for a deprecated property. V8 keeps a hidden class for each of them, which keeps the stream, and
 * all that hangs on it, until the next full collection. So it binds without.
 */
export const leanRequest = (
  session: ClientHttp2Session,
  headers: OutgoingHttpHeaders,
  endStream: boolean,
): ClientHttp2Stream => {
  const { bind } = AsyncResource.prototype
  AsyncResource.prototype.bind = leanBind as typeof bind
  try {
    return session.request(headers, { endStream })
  } finally {
    AsyncResource.prototype.bind = bind
  }
}
