import http2, { type ClientHttp2Stream, type IncomingHttpHeaders, type OutgoingHttpHeaders } from 'node:http2'
import { Code, ConnectError } from '@connectrpc/connect'
import { longestTimerMs } from '../unary/unary-call.ts'
import type { UpstreamPool } from '../upstream/upstreams.ts'
import { lost, maxOpenings, openNow, openStream, wasRefused } from './open-stream.ts'

/** One call, as it goes over the wire. */
export interface UnaryRequest {
  headers: OutgoingHttpHeaders
  body: Uint8Array
  /** The largest body of an answer, in bytes. */
  maxAnswerBytes: number
  timeoutMs: number | undefined
  signal: AbortSignal | undefined
}

export interface UnaryAnswer {
  headers: IncomingHttpHeaders
  body: Uint8Array
}

/** Sends one message and gathers what answers it; sends it again where the server says that it has begun nothing. */
class UnaryExchange {
  private readonly pool: UpstreamPool
  private readonly request: UnaryRequest
  private readonly resolve: (answer: UnaryAnswer) => void
  private readonly reject: (error: unknown) => void
  private readonly timer: NodeJS.Timeout | undefined
  private stream: ClientHttp2Stream | undefined
  private sendings = 0
  private isOver = false
  private headers: IncomingHttpHeaders | undefined
  private declaredBytes: number | undefined
  private chunks: Uint8Array[] = []
  private bytes = 0
  private cause: unknown

  constructor(
    pool: UpstreamPool,
    request: UnaryRequest,
    resolve: (answer: UnaryAnswer) => void,
    reject: (error: unknown) => void,
  ) {
    this.pool = pool
    this.request = request
    this.resolve = resolve
    this.reject = reject
    const { timeoutMs, signal } = request
    if (timeoutMs !== undefined) this.timer = setTimeout(this.onTimeUp, Math.min(timeoutMs, longestTimerMs))
    signal?.addEventListener('abort', this.onAbort, { once: true })
    if (signal?.aborted) this.onAbort()
    else this.open()
  }

  private open(): void {
    const { headers } = this.request
    const stream = openNow(this.pool, headers)
    if (stream) this.send(stream)
    else openStream(this.pool, headers).then(this.send, this.fail)
  }

  private readonly send = (stream: ClientHttp2Stream): void => {
    this.stream = stream
    this.sendings += 1
    stream.on('response', this.onResponse)
    stream.on('data', this.onData)
    stream.on('end', this.onEnd)
    stream.on('error', this.onError)
    stream.on('close', this.onClose)
    if (this.isOver) stream.close(http2.constants.NGHTTP2_CANCEL)
    else stream.end(this.request.body)
  }

  private readonly onResponse = (headers: IncomingHttpHeaders): void => {
    this.headers = headers
    const declared = headers['content-length']
    if (declared === undefined) return
    this.declaredBytes = Number(declared)
    this.limit(this.declaredBytes)
  }

  private readonly onData = (chunk: Uint8Array): void => {
    this.bytes += chunk.byteLength
    this.limit(this.bytes)
    if (!this.isOver) this.chunks.push(chunk)
  }

  private readonly onEnd = (): void => {
    const { headers, chunks, stream } = this
    const isWhole = this.declaredBytes === undefined || this.declaredBytes === this.bytes
    if (this.isOver || !headers || !isWhole || stream?.rstCode) return
    this.finish()
    const [only] = chunks
    this.resolve({ headers, body: only && chunks.length === 1 ? only : Buffer.concat(chunks) })
  }

  private readonly onError = (error: unknown): void => {
    this.cause = error
  }

  private readonly onClose = (): void => {
    if (this.isOver) return
    const stream = this.stream as ClientHttp2Stream
    if (wasRefused(stream) && !this.headers && this.sendings < maxOpenings) this.open()
    else this.fail(lost(stream, this.cause))
  }

  private readonly onTimeUp = (): void => this.fail(new ConnectError('the operation timed out', Code.DeadlineExceeded))

  private readonly onAbort = (): void => this.fail(ConnectError.from(this.request.signal?.reason, Code.Canceled))

  private limit(bytes: number): void {
    const { maxAnswerBytes } = this.request
    if (bytes <= maxAnswerBytes) return
    this.fail(new ConnectError(`message of ${bytes} bytes exceeds ${maxAnswerBytes}`, Code.ResourceExhausted))
  }

  private readonly fail = (error: unknown): void => {
    if (this.isOver) return
    this.finish()
    this.reject(error)
    this.stream?.close(http2.constants.NGHTTP2_CANCEL)
  }

  private finish(): void {
    this.isOver = true
    clearTimeout(this.timer)
    this.request.signal?.removeEventListener('abort', this.onAbort)
  }
}

/**
 * Makes one call at one of the pool's addresses. DEADLINE_EXCEEDED when its time is up, the reason of its signal when
 * that aborts, UNAVAILABLE when no server can be reached or the answer does not come whole, RESOURCE_EXHAUSTED when it
 * is too large; each ends the call at the server too.
 */
export const callUnary = (pool: UpstreamPool, request: UnaryRequest): Promise<UnaryAnswer> =>
  new Promise((resolve, reject) => {
    new UnaryExchange(pool, request, resolve, reject)
  })
