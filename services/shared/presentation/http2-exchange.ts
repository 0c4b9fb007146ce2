import type { IncomingHttpHeaders, OutgoingHttpHeaders, ServerHttp2Stream } from 'node:http2'

import { Fields } from '../infrastructure/unary/header-fields.ts'

type Listener = Parameters<ServerHttp2Stream['off']>[1]

/** As soon as it may be sent, a stream's close says all that its errors do. */
const ignore = () => {}

/**
 * A request over HTTP/2, on its stream itself: node's own, which look like those of HTTP/1.1, cost as much as the stream
 * does. What it has, it has as `IncomingMessage` does.
 */
export class Http2Request {
  readonly stream: ServerHttp2Stream
  readonly headers: IncomingHttpHeaders
  readonly httpVersion = '2.0'
  readonly httpVersionMajor = 2

  constructor(stream: ServerHttp2Stream, headers: IncomingHttpHeaders) {
    this.stream = stream
    this.headers = headers
    stream.on('error', ignore)
  }

  get method(): string | undefined {
    return this.headers[':method']
  }

  get url(): string | undefined {
    return this.headers[':path']
  }

  set url(path: string) {
    this.headers[':path'] = path
  }

  get authority(): string | undefined {
    return this.headers[':authority'] ?? this.headers.host
  }

  /** Of a request that is over, nothing is known of the socket any more. */
  get socket(): { readonly remoteAddress?: string | undefined; readonly destroyed: boolean } {
    return this.stream.session?.socket ?? this.stream
  }

  get aborted(): boolean {
    return this.stream.aborted
  }

  get complete(): boolean {
    return this.stream.aborted || this.stream.readableEnded || this.stream.destroyed
  }

  on(event: string, listener: Listener): this {
    // A body of nothing ends unasked, and may have done so before anybody listens.
    if (event === 'end' && this.stream.readableEnded) process.nextTick(listener)
    else this.stream.on(event, listener)
    return this
  }

  off(event: string, listener: Listener): this {
    this.stream.off(event, listener)
    return this
  }

  /** The body's bytes. Leaving off does not end the request. */
  [Symbol.asyncIterator](): NodeJS.AsyncIterator<Buffer> {
    return this.stream.iterator({ destroyOnReturn: false })
  }

  pause(): void {
    this.stream.pause()
  }

  resume(): void {
    this.stream.resume()
  }
}

/**
 * Its response. Headers leave with the first bytes, or when they are flushed: an answer that is there as a whole goes
 * without the wait for trailers, which costs a turn of the event loop, unless it has some.
 */
export class Http2Response {
  readonly stream: ServerHttp2Stream
  statusCode = 200
  writableEnded = false
  private readonly fields: OutgoingHttpHeaders = new Fields()
  private trailers: OutgoingHttpHeaders | undefined

  constructor(stream: ServerHttp2Stream) {
    this.stream = stream
  }

  get headersSent(): boolean {
    return this.stream.headersSent
  }

  /** The headers that are set, with names in lower case. */
  get headers(): Readonly<OutgoingHttpHeaders> {
    return this.fields
  }

  setHeader(name: string, value: number | string | readonly string[]): this {
    this.fields[name.toLowerCase()] = value as string
    return this
  }

  writeHead(status: number, headers?: OutgoingHttpHeaders): this {
    this.statusCode = status
    for (const name in headers) this.fields[name.toLowerCase()] = headers[name]
    return this
  }

  addTrailers(trailers: OutgoingHttpHeaders): void {
    this.trailers = this.trailers ? { ...this.trailers, ...trailers } : trailers
  }

  flushHeaders(): void {
    this.begin({ waitForTrailers: true })
  }

  /** Returns whether more may be written at once; if not, `drain` says when. */
  write(chunk: Uint8Array | string): boolean {
    this.flushHeaders()
    return this.isOpen && this.stream.write(chunk)
  }

  end(body?: Uint8Array | string): this {
    if (this.writableEnded) return this
    this.writableEnded = true
    this.begin(this.trailers || body !== undefined ? { waitForTrailers: true } : { endStream: true })
    if (this.isOpen) this.stream.end(body)
    return this
  }

  on(event: string, listener: Listener): this {
    this.stream.on(event, listener)
    return this
  }

  once(event: string, listener: Listener): this {
    this.stream.once(event, listener)
    return this
  }

  /** Whether bytes may go out: not to a client that has left, nor to a HEAD, whose answer node ends by itself. */
  private get isOpen(): boolean {
    return !this.stream.destroyed && !this.stream.closed && !this.stream.writableEnded
  }

  private begin(options: { waitForTrailers?: boolean; endStream?: boolean }): void {
    const { stream } = this
    if (stream.headersSent || stream.destroyed || stream.closed) return
    if (options.waitForTrailers) stream.on('wantTrailers', () => stream.sendTrailers(this.trailers ?? {}))
    this.fields[':status'] = this.statusCode
    stream.respond(this.fields, options)
  }
}
