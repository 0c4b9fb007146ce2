import http2, { type ClientHttp2Session, type ClientHttp2Stream, type OutgoingHttpHeaders } from 'node:http2'
import { Circuit, type CircuitOptions } from './circuit.ts'

export interface UpstreamOptions {
  connectTimeoutMs: number
  healthPath: string
  healthIntervalMs: number
  healthTimeoutMs: number
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

/** One address: its HTTP/2 connections, its health and its circuit breaker. */
export class Upstream {
  readonly authority: string
  private readonly url: string
  private readonly options: UpstreamOptions
  private readonly circuit: Circuit
  private readonly connections = new Set<Connection>()
  private readonly healthTimer: NodeJS.Timeout
  private ready = true

  /** Streams that are not closed yet. */
  outstanding = 0

  constructor(url: string, authority: string, options: UpstreamOptions) {
    this.url = url
    this.authority = authority
    this.options = options
    this.circuit = new Circuit(options.circuit)
    this.healthTimer = setInterval(() => this.check(), options.healthIntervalMs).unref()
    void this.checkHealth()
  }

  /** Whether its last health check was good. */
  get isReady(): boolean {
    return this.ready
  }

  /** Whether it may be called at all. */
  get isReachable(): boolean {
    return !this.circuit.isOpen
  }

  /** Opens a stream, connecting first if need be. Rejects if nothing was sent. */
  async open(headers: OutgoingHttpHeaders, endStream: boolean): Promise<ClientHttp2Stream> {
    this.outstanding += 1
    try {
      let connection = this.usableConnection()
      while (!connection.isConnected) {
        await connection.connected
        connection = this.usableConnection()
      }
      const stream = connection.session.request(headers, { endStream })
      connection.streams += 1
      stream.once('response', () => this.circuit.succeeded())
      stream.once('close', () => {
        connection.streams -= 1
        this.outstanding -= 1
      })
      return stream
    } catch (error) {
      this.outstanding -= 1
      throw error
    }
  }

  /** No new streams; those that are open may finish. */
  retire(): void {
    clearInterval(this.healthTimer)
    for (const { session } of this.connections) session.close()
  }

  destroy(): void {
    clearInterval(this.healthTimer)
    for (const { session } of this.connections) session.destroy()
  }

  private usableConnection(): Connection {
    let connecting: Connection | undefined
    for (const connection of this.connections) {
      const { session, streams, isConnected } = connection
      if (session.closed || session.destroyed) continue
      if (!isConnected) connecting = connection
      else if (streams < Math.min(session.remoteSettings.maxConcurrentStreams ?? maxStreams, maxStreams))
        return connection
    }
    return connecting ?? this.connect()
  }

  private connect(): Connection {
    const session = http2.connect(this.url, { maxSessionMemory })
    const timer = setTimeout(
      () => session.destroy(new Error('connect time-out')),
      this.options.connectTimeoutMs,
    ).unref()
    const connected = new Promise<void>((resolve, reject) => {
      session.once('remoteSettings', () => {
        connection.isConnected = true
        resolve()
      })
      session.once('close', () => reject(new Error('connection closed')))
      session.on('error', (error) => {
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

  private check(): void {
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
    void this.checkHealth()
  }

  private async checkHealth(): Promise<void> {
    const headers = { ':method': 'GET', ':path': this.options.healthPath, ':authority': this.authority }
    try {
      const stream = await this.open(headers, true)
      this.ready = await isHealthy(stream, this.options.healthTimeoutMs)
    } catch {
      this.ready = false
    }
  }
}

const isHealthy = (stream: ClientHttp2Stream, timeoutMs: number): Promise<boolean> =>
  new Promise((resolve) => {
    const timer = setTimeout(() => stream.close(http2.constants.NGHTTP2_CANCEL), timeoutMs).unref()
    stream.once('response', (headers) => resolve((headers[':status'] ?? 500) < 500))
    stream.once('close', () => {
      clearTimeout(timer)
      resolve(false)
    })
    // A failure closes the stream, and that says it all.
    stream.on('error', () => {})
    stream.resume()
  })
