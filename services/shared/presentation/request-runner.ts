import { Code } from '@connectrpc/connect'
import {
  bodyArrived,
  cut,
  type HttpHandler,
  isGone,
  keepSocket,
  type NodeServerRequest,
  type NodeServerResponse,
  pathOf,
  sourceOf,
} from './http-handler.ts'
import { overloaded, type ProtocolError, writeProtocolError } from './protocol-error.ts'
import { bodyWatch } from './request-body.ts'
import { returnTimes } from './return-times.ts'
import type { RequestKind, ServerLimits } from './server-limits.ts'

interface RunnerOptions {
  handler: HttpHandler
  limits: ServerLimits
  kindOf: (path: string) => RequestKind
  onShed?: () => void
  log: { warn(message: string, metadata?: object): void }
}

/**
 * Runs a handler for each request: counts, sheds, watches the body, and answers for a handler that throws. One path has
 * at most half of what requests may run at once, so that a rush for one thing leaves room for all else.
 */
export const requestRunner = ({ handler, limits, kindOf, onShed, log }: RunnerOptions) => {
  const bodies = bodyWatch(limits.bodyTimeoutMs)
  const running = { request: 0, stream: 0, probe: 0, refused: 0 }
  const capacity = { request: limits.maxInFlight, stream: limits.maxOpenStreams, probe: Number.POSITIVE_INFINITY }
  const ofPath = new Map<string, number>()
  const mostOfPath = Math.ceil(limits.maxInFlight / 2)
  const refusal = refusals()
  const waiters = new Set<() => void>()
  let draining = false
  const inFlight = () => running.request + running.stream + running.probe + running.refused

  /** What it counts as from now on. */
  const begin = (kind: RequestKind, path: string): keyof typeof running => {
    const others = kind === 'request' ? (ofPath.get(path) ?? 0) : 0
    const counted = running[kind] < capacity[kind] && others < mostOfPath ? kind : 'refused'
    running[counted] += 1
    if (counted === 'request') ofPath.set(path, others + 1)
    return counted
  }

  const finished = (kind: keyof typeof running, path: string) => {
    running[kind] -= 1
    if (kind === 'request') {
      const left = (ofPath.get(path) ?? 1) - 1
      if (left > 0) ofPath.set(path, left)
      else ofPath.delete(path)
    }
    if (inFlight() > 0) return
    for (const wake of waiters) wake()
    waiters.clear()
  }

  const failed = (request: NodeServerRequest, response: NodeServerResponse, error: unknown) => {
    if (isGone(request)) return
    log.warn('request handler failed', { path: pathOf(request), error })
    if (response.headersSent) cut(request, 0x2)
    else writeProtocolError(request, response, { code: Code.Internal, message: 'internal error' })
  }

  const run = async (request: NodeServerRequest, response: NodeServerResponse): Promise<void> => {
    keepSocket(request)
    const path = pathOf(request)
    const kind = kindOf(path)
    const counted = begin(kind, path)
    const watched = kind === 'stream' ? undefined : bodies.watch(request)
    response.on('close', () => {
      if (watched !== undefined) bodies.forget(watched)
      finished(counted, path)
    })
    response.on('finish', () => endLingering(request, limits.lingerMs))
    if (!('stream' in response)) response.on('error', (error) => log.warn('response failed', { path, error }))
    if (draining && request.httpVersionMajor === 1) response.setHeader('connection', 'close')
    if (counted === 'refused') {
      onShed?.()
      writeProtocolError(request, response, refusal())
      return
    }
    try {
      await handler(request, response)
    } catch (error) {
      failed(request, response, error)
    }
  }

  return {
    run,
    inFlight,
    /** From now on HTTP/1.1 clients are told to close their connection. */
    startDraining: (): void => {
      draining = true
    },
    /** Resolves when nothing runs. */
    idle: (): Promise<void> => (inFlight() === 0 ? Promise.resolve() : new Promise((resolve) => waiters.add(resolve))),
    close: bodies.close,
  }
}

/** Answers to who is turned away, the same object for the same words: under load they are most of what is answered. */
const refusals = (): (() => ProtocolError) => {
  const returning = returnTimes()
  const known = new Map<number, ProtocolError>()
  return () => {
    const afterMs = returning()
    const error = known.get(afterMs) ?? overloaded('OVERLOADED', 'the server has too many requests to answer', afterMs)
    known.set(afterMs, error)
    return error
  }
}

export type RequestRunner = ReturnType<typeof requestRunner>

/**
 * Ends what goes on of a request whose answer is out. What nobody has read of its body is thrown away: a stream of HTTP/2
 * does not close before, and would count for ever.
 */
const endLingering = (request: NodeServerRequest, lingerMs: number): void => {
  if (request.complete) return
  request.resume()
  if (bodyArrived(request) && sourceOf(request).readableLength === 0) return
  const timer = setTimeout(() => {
    if (!bodyArrived(request)) cut(request, 0)
    sourceOf(request).destroy()
  }, lingerMs).unref()
  request.on('close', () => {
    // One of HTTP/1.1 that was left half read is closed while the client still sends.
    if (bodyArrived(request)) clearTimeout(timer)
  })
}
