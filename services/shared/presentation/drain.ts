import type http from 'node:http'
import type http2 from 'node:http2'
import type net from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import tls from 'node:tls'
import type { RequestRunner } from './request-runner.ts'

interface Draining {
  front: net.Server
  http1: http.Server
  sessions: Iterable<http2.ServerHttp2Session>
  /** Those that the sessions speak on. */
  http2Sockets: Iterable<net.Socket>
  runner: RequestRunner
  graceMs: number
  close: () => Promise<void>
}

/**
 * Requests that were on their way when the drain began still find their connection open for this long. A client that is
 * busy takes its time to hear that it is sent away; a ping would not tell, as node's clients answer none after that.
 */
const graceForLateMs = 1000
/** A GOAWAY that refuses nothing yet: the client is told to go before streams are counted (RFC 9113, 6.8). */
const shutdownNotice = Buffer.from('0000080700000000007fffffff00000000', 'hex')

/** Takes a server out of service without failing a request that it has accepted. */
export const drainServer = async (draining: Draining): Promise<void> => {
  const { front, http1, sessions, http2Sockets, runner, graceMs, close } = draining
  const deadline = performance.now() + graceMs
  const left = () => Math.max(0, deadline - performance.now())
  runner.startDraining()
  if (front.listening) front.close()
  // The sockets are given the notice, not the sessions: a session that has told any GOAWAY reads no more once it has no
  // stream, so that what is on its way would never be answered. TLS carries one writer only; there such streams are
  // refused at once, and clients may send them again.
  if (front instanceof tls.Server) for (const session of sessions) session.close()
  else for (const socket of http2Sockets) socket.write(shutdownNotice)
  await sleep(Math.min(graceForLateMs, left()))
  for (const session of sessions) session.close()
  const timeUp = new AbortController()
  await Promise.race([runner.idle(), sleep(left(), undefined, { signal: timeUp.signal }).catch(() => {})])
  timeUp.abort()
  http1.closeIdleConnections()
  await close()
}
