import { AsyncLocalStorage } from 'node:async_hooks'
import http2, { type ClientHttp2Session, type ClientHttp2Stream, type OutgoingHttpHeaders } from 'node:http2'
import { isIP } from 'node:net'
import { leanRequest, leanSession } from '../lean-http2.ts'
import { Circuit, type CircuitOptions } from './circuit.ts'

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

interface Connection {
  session: ClientHttp2Session
  connected: Promise<void>
  /** Whether the peer has told its settings, among them how many streams it allows. */
  isConnected: boolean
  streams: number
  /** When the ping was sent that is not answered yet, in `performance.now()` time. */
  pingedAt: number | undefined
}

// However many a peer allows, one connection is one socket and one compression state.
const maxStreams = 1000

// Megabytes. Node goes on counting what a stream was closed without sending, as where a body is refused unread; by its
// own limit of ten some 150 such calls would end those of everybody. What is really held, windows and streams bound.
const maxSessionMemory = 1_000_000

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

  /** Streams that are not closed yet. */
  outstanding = 0
  /** Why it could last not be connected; undefined while nothing is known against it. */
  lastError: Error | undefined

  /**
   * @param url Where it is, with an address for a host.
   * @param authority What it is called there, in requests and certificates: `host` or `host:port`.
   * @param onFailure Hears of every connection that failed.
   */
  constructor(url: string, authority: string, options: UpstreamOptions, onFailure: () => void) {
    this.url = new URL(url)
    this.authority = authority
    this.options = options
    this.onFailure = onFailure
    this.circuit = new Circuit(options.circuit)
    this.pings = setInterval(() => this.ping(), options.pingIntervalMs).unref()
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
    // Who waits for its connection is a call that others should not be put behind.
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
    if (this.current && takesStreams(this.current)) return this.current
    this.current = undefined
    for (const connection of this.connections) if (takesStreams(connection)) this.current ??= connection
    return this.current
  }

  private connecting(): Connection {
    for (const connection of this.connections) {
      const { isConnected, session } = connection
      if (!isConnected && !session.closed && !session.destroyed) return connection
    }
    return ofNoCall(() => this.connect())
  }

  private connect(): Connection {
    const { hostname } = new URL(`${this.url.protocol}//${this.authority}`)
    const servername = isIP(hostname.replace(/^\[|\]$/g, '')) ? undefined : hostname
    const session = http2.connect(this.url, { maxSessionMemory, ...(servername && { servername }) })
    leanSession(session)
    const timer = setTimeout(
      () => session.destroy(new Error('connect time-out')),
      this.options.connectTimeoutMs,
    ).unref()
    const connected = new Promise<void>((resolve, reject) => {
      session.once('remoteSettings', () => {
        connection.isConnected = true
        this.lastError = undefined
        resolve()
      })
      session.once('close', () => {
        reject(new Error('connection closed'))
        this.onFailure()
      })
      session.on('error', (error) => {
        this.lastError = error
        this.circuit.failed()
        reject(error)
      })
    })
    const connection: Connection = { session, connected, isConnected: false, streams: 0, pingedAt: undefined }
    // Nobody may be waiting for it; the circuit breaker has counted the failure.
    connected.catch(() => {}).finally(() => clearTimeout(timer))
    this.connections.add(connection)
    session.once('close', () => this.connections.delete(connection))
    return connection
  }

  private ping(): void {
    const now = performance.now()
    for (const connection of this.connections) {
      const { session, pingedAt, isConnected } = connection
      if (!isConnected || session.destroyed) continue
      if (pingedAt === undefined) {
        connection.pingedAt = now
        session.ping(() => {
          connection.pingedAt = undefined
        })
      } else if (now - pingedAt > this.options.pingTimeoutMs) session.destroy(new Error('no answer to a ping'))
    }
  }
}

const takesStreams = ({ isConnected, session, streams }: Connection): boolean =>
  isConnected &&
  !session.closed &&
  !session.destroyed &&
  streams < Math.min(session.remoteSettings.maxConcurrentStreams ?? maxStreams, maxStreams)
