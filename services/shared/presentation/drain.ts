import type http from 'node:http'
import http2 from 'node:http2'
import type net from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { RequestRunner } from './request-runner.ts'

interface Draining {
  front: net.Server
  http1: http.Server
  sessions: Iterable<http2.ServerHttp2Session>
  runner: RequestRunner
  graceMs: number
  close: () => Promise<void>
}

/**
 * Requests that were on their way when the drain began still find their connection open for this long. A client that is
 * busy takes its time to hear that it is sent away; a ping would not tell, as node's clients answer none after that.
 */
const graceForLateMs = 1000
/** A GOAWAY with it refuses nothing yet: the client is told to go before streams are counted (RFC 9113, 6.8). */
const highestStream = 2 ** 31 - 1

/** Takes a server out of service without failing a request that it has accepted. */
export const drainServer = async ({ front, http1, sessions, runner, graceMs, close }: Draining): Promise<void> => {
  const deadline = performance.now() + graceMs
  const left = () => Math.max(0, deadline - performance.now())
  runner.startDraining()
  if (front.listening) front.close()
  for (const session of sessions) session.goaway(http2.constants.NGHTTP2_NO_ERROR, highestStream)
  await sleep(Math.min(graceForLateMs, left()))
  for (const session of sessions) session.close()
  const timeUp = new AbortController()
  await Promise.race([runner.idle(), sleep(left(), undefined, { signal: timeUp.signal }).catch(() => {})])
  timeUp.abort()
  http1.closeIdleConnections()
  await close()
}
