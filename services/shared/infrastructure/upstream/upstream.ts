import { AsyncLocalStorage } from 'node:async_hooks'
import type { ClientHttp2Stream, OutgoingHttpHeaders } from 'node:http2'
import { leanRequest } from '../lean-http2.ts'
import { Circuit, type CircuitOptions } from './circuit.ts'
import { Connection } from './connection.ts'

/**
 * Watches whether an address may be given calls, says so whenever that may have changed, and keeps a connection to it
 * meanwhile. Returns what ends the watch.
 */
export type HealthWatch = (upstream: Upstream, says: (isReady: boolean) => void) => () => void

export interface UpstreamOptions {
  connectTimeoutMs: number
  health: HealthWatch
  pingIntervalMs: number
  /** A connection that answers no ping for so long is given up. */
  pingTimeoutMs: number
  circuit: CircuitOptions
}

// A connection outlives the call that it was made for.
const ofNoCall = AsyncLocalStorage.snapshot()

/** One address: its HTTP/2 connections, its health and its circuit breaker. */
export class Upstream {
  readonly authority: string
  readonly url: URL
  private readonly options: UpstreamOptions
  private readonly onFailure: () => void
  private readonly circuit: Circuit
  private readonly connections = new Set<Connection>()
  private readonly pings: NodeJS.Timeout
  private readonly stopWatching: () => void
  private ready = true
  /** The one that calls are put on, as long as it takes them. */
  private current: Connection | undefined

  /** Streams that are not closed yet, and calls that wait for a connection. */
  outstanding = 0
  /** Why it could last not be connected; undefined while nothing is known against it. */
  lastError: Error | undefined

  /**
   * @param url Where it is, with an address for a host.
   * @param authority What it is called there, in requests and certificates: `host` or `host:port`.
   * @param onFailure Hears of every connection that has ended.
   */
  constructor(url: string, authority: string, options: UpstreamOptions, onFailure: () => void) {
    this.url = new URL(url)
    this.authority = authority
    this.options = options
    this.onFailure = onFailure
    this.circuit = new Circuit(options.circuit)
    this.pings = setInterval(() => {
      for (const connection of this.connections) connection.ping(options.pingTimeoutMs)
    }, options.pingIntervalMs).unref()
    this.stopWatching = ofNoCall(() =>
      options.health(this, (isReady) => {
        this.ready = isReady
      }),
    )
  }

  /** Whether it was said to be ready last. */
  get isReady(): boolean {
    return this.ready
  }

  /** Whether it may be called at all. */
  get isReachable(): boolean {
    return !this.circuit.isOpen
  }

  /** Whether a call would find a connection. */
  get isConnected(): boolean {
    return this.standing() !== undefined
  }

  /** Opens a stream on a connection that stands; undefined where there is none. */
  openNow(headers: OutgoingHttpHeaders, endStream: boolean): ClientHttp2Stream | undefined {
    const connection = this.standing()
    if (!connection) return undefined
    const stream = leanRequest(connection.session, headers, endStream)
    if (stream.pending) {
      // A connection has ids for 2³⁰ streams, and they are used up: the next one has as many.
      stream.on('error', () => {})
      connection.session.close()
      return this.openNow(headers, endStream)
    }
    connection.streams += 1
    this.outstanding += 1
    stream.once('response', () => this.circuit.succeeded())
    stream.once('close', () => {
      connection.streams -= 1
      this.outstanding -= 1
    })
    return stream
  }

  /** The same, connecting first if need be. Rejects if nothing was sent. */
  async open(headers: OutgoingHttpHeaders, endStream: boolean): Promise<ClientHttp2Stream> {
    this.outstanding += 1
    try {
      for (;;) {
        const stream = this.openNow(headers, endStream)
        if (stream) return stream
        await this.connecting().connected
      }
    } finally {
      this.outstanding -= 1
    }
  }

  /** No new streams; those that are open may finish. */
  retire(): void {
    this.stop()
    for (const { session } of this.connections) session.close()
  }

  destroy(): void {
    this.stop()
    for (const { session } of this.connections) session.destroy()
  }

  private stop(): void {
    clearInterval(this.pings)
    this.stopWatching()
  }

  private standing(): Connection | undefined {
    if (this.current?.takesStreams) return this.current
    this.current = undefined
    for (const connection of this.connections) if (connection.takesStreams) this.current ??= connection
    return this.current
  }

  private connecting(): Connection {
    for (const connection of this.connections) if (connection.isConnecting) return connection
    return ofNoCall(() => this.connect())
  }

  private connect(): Connection {
    const connection = new Connection(this.url, this.authority, this.options.connectTimeoutMs)
    this.connections.add(connection)
    connection.session.once('remoteSettings', () => {
      this.lastError = undefined
    })
    connection.session.on('error', (error) => {
      this.lastError = error
      this.circuit.failed()
    })
    connection.session.once('close', () => {
      this.connections.delete(connection)
      this.onFailure()
    })
    return connection
  }
}
