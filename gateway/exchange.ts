import http2, { type ClientHttp2Stream, type IncomingHttpHeaders } from 'node:http2'
import { Code } from '@connectrpc/connect'
import type { Upstream } from '#shared/infrastructure/upstream/upstream.ts'
import type { UpstreamPool } from '#shared/infrastructure/upstream/upstreams.ts'
import { type NodeServerRequest, type NodeServerResponse, pathOf } from '#shared/presentation/http-handler.ts'
import { type ProtocolError, protocolOf, writeProtocolError } from '#shared/presentation/protocol-error.ts'
import { requestedTimeout, timeoutHeader } from './deadline.ts'
import { upstreamHeaders } from './forward-headers.ts'
import { relayResponse } from './relay-response.ts'
import { replayableBody } from './request-body.ts'

export interface ExchangeOptions {
  /** Methods that may run twice. */
  isSafe: (path: string) => boolean
  /** Methods whose request bodies may be of any length. */
  isUpload: (path: string) => boolean
  /** For calls that give no deadline, in milliseconds; undefined for those that answer as long as the client listens. */
  defaultTimeoutMs: (path: string) => number | undefined
  maxRequestBytes: number
  maxReplayBytes: number
}

/** Why an upstream did not answer, for the log. */
export interface Failure {
  authority: string | undefined
  cause: string
}

interface Attempt extends Failure {
  /** Whether the upstream may have begun to act on the request. */
  mayHaveRun: boolean
  resetCode: number
}

type Answer = { stream: ClientHttp2Stream; headers: IncomingHttpHeaders; isWhole: boolean }

const { NGHTTP2_CANCEL, NGHTTP2_REFUSED_STREAM, NGHTTP2_ENHANCE_YOUR_CALM, NGHTTP2_FLAG_END_STREAM } = http2.constants
const maxTimerMs = 2 ** 31 - 1

const unavailable: ProtocolError = {
  code: Code.Unavailable,
  message: 'the service cannot be reached',
  reason: 'UPSTREAM_UNAVAILABLE',
}
const refused: ProtocolError = { code: Code.ResourceExhausted, message: 'the service refused the request' }
const expired: ProtocolError = { code: Code.DeadlineExceeded, message: 'the deadline has passed' }
const tooLarge: ProtocolError = {
  code: Code.ResourceExhausted,
  message: 'the request is too large',
  reason: 'REQUEST_TOO_LARGE',
}

/** Carries one request to an upstream and its response back. Returns what went wrong, if the upstream is to blame. */
export const exchange = async (
  request: NodeServerRequest,
  response: NodeServerResponse,
  pool: UpstreamPool,
  options: ExchangeOptions,
): Promise<Failure | undefined> => {
  const path = pathOf(request)
  const protocol = protocolOf(request)
  const given = requestedTimeout(request.headers)
  const timeout = given ?? options.defaultTimeoutMs(path)
  const startedAt = performance.now()
  const repeatable = options.isSafe(path) || request.headers['idempotency-key'] !== undefined

  // Ends the exchange from outside: the client has left, time is up, or it sends too much.
  let current: ClientHttp2Stream | undefined
  let over: ProtocolError | 'client-left' | undefined
  let isRelaying = false
  const end = (why: ProtocolError | 'client-left') => {
    over ??= why
    if (why !== 'client-left' && !isRelaying) writeProtocolError(request, response, why)
    current?.close(NGHTTP2_CANCEL)
  }
  const timer = timeout !== undefined && timeout <= maxTimerMs ? setTimeout(end, timeout, expired) : undefined
  response.once('close', () => {
    clearTimeout(timer)
    end('client-left')
  })

  const body = replayableBody(request, {
    maxReplayBytes: options.maxReplayBytes,
    maxBytes: options.isUpload(path) ? Number.POSITIVE_INFINITY : options.maxRequestBytes,
    onTooLarge: () => end(tooLarge),
  })
  const tried = new Set<Upstream>()
  const attempt = async (upstream: Upstream): Promise<Answer | Attempt> => {
    const headers = upstreamHeaders(request, upstream.authority)
    const isFirst = tried.size === 0
    tried.add(upstream)
    if (timeout !== undefined && !(isFirst && given !== undefined)) {
      Object.assign(headers, timeoutHeader(protocol, timeout - (performance.now() - startedAt)))
    }
    const hasBody = request.method !== 'GET' && request.method !== 'HEAD'
    let stream: ClientHttp2Stream
    try {
      stream = await upstream.open(headers, !hasBody)
    } catch (error) {
      return { authority: upstream.authority, cause: String(error), mayHaveRun: false, resetCode: 0 }
    }
    current = stream
    const answer = answerOf(stream, upstream.authority)
    if (over) stream.close(NGHTTP2_CANCEL)
    else if (hasBody) body.sendTo(stream)
    return answer
  }

  let failure: Attempt = { authority: undefined, cause: 'no address can be reached', mayHaveRun: false, resetCode: 0 }
  for (let attempts = 0; attempts < 2 && !over; attempts++) {
    const upstream = pool.pick(tried)
    if (!upstream) break
    const answer = await attempt(upstream)
    if ('stream' in answer) {
      body.release()
      isRelaying = !over
      const cause = await relayResponse({ ...answer, request, response, protocol, whyOver: () => over })
      return cause === undefined ? undefined : { authority: upstream.authority, cause }
    }
    failure = answer
    if (!body.canReplay() || (answer.mayHaveRun && !repeatable)) break
  }
  if (over) return undefined
  writeProtocolError(request, response, failure.resetCode === NGHTTP2_ENHANCE_YOUR_CALM ? refused : unavailable)
  return failure
}

const answerOf = (stream: ClientHttp2Stream, authority: string): Promise<Answer | Attempt> =>
  new Promise((resolve) => {
    let cause = 'the stream was closed without an answer'
    stream.once('response', (headers, flags) =>
      resolve({ stream, headers, isWhole: (flags & NGHTTP2_FLAG_END_STREAM) !== 0 }),
    )
    stream.on('error', (error) => {
      cause = error.message
    })
    stream.once('close', () => {
      const resetCode = stream.rstCode ?? 0
      resolve({ authority, cause, mayHaveRun: resetCode !== NGHTTP2_REFUSED_STREAM, resetCode })
    })
  })
