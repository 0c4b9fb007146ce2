import { once } from 'node:events'
import http from 'node:http'
import http2 from 'node:http2'
import net from 'node:net'
import tls from 'node:tls'
import { leanSession } from '../infrastructure/lean-http2.ts'
import { drainServer } from './drain.ts'
import type { HttpHandler } from './http-handler.ts'
import { Http2Request, Http2Response } from './http2-exchange.ts'
import { requestRunner } from './request-runner.ts'
import { defaultKind, defaultLimits, type RequestKind, type ServerLimits } from './server-limits.ts'
import { sniffHttp2 } from './sniff-http2.ts'

export type { HttpHandler, NodeServerRequest, NodeServerResponse } from './http-handler.ts'
export type { RequestKind, ServerLimits } from './server-limits.ts'

export interface ServerOptions {
  host: string
  /** 0 takes any free port. */
  port: number
  handler: HttpHandler
  /** PEM texts; with them the port speaks TLS only. */
  tls?: { cert: string; key: string }
  limits?: Partial<ServerLimits>
  /** How a path counts against the limits; by default everything but health probes is a `request`. */
  kindOf?: (path: string) => RequestKind
  onShed?: () => void
  log: { warn(message: string, metadata?: object): void }
}

export interface Server {
  url: string
  port: number
  /** Requests and streams that are not answered yet. */
  inFlight(): number
  /**
   * Stops accepting, tells clients to go elsewhere (GOAWAY, `connection: close`), waits at most `graceMs` for what
   * runs, then closes every connection.
   */
  drain(graceMs: number): Promise<void>
  /** Closes at once, whatever runs. */
  close(): Promise<void>
}

/** Listens on one port for HTTP/1.1 and HTTP/2 (cleartext by prior knowledge, or TLS). Rejects if it cannot listen. */
export const startServer = async (options: ServerOptions): Promise<Server> => {
  const limits = { ...defaultLimits, ...options.limits }
  const runner = requestRunner({ ...options, limits, kindOf: options.kindOf ?? defaultKind })
  const sockets = new Set<net.Socket>()
  const sessions = new Set<http2.ServerHttp2Session>()
  const http2Sockets = new Set<net.Socket>()

  const http1 = http.createServer({
    maxHeaderSize: limits.maxHeaderBytes,
    headersTimeout: limits.headerTimeoutMs,
    requestTimeout: 0,
    keepAliveTimeout: limits.idleTimeoutMs,
    connectionsCheckingInterval: Math.min(1000, limits.headerTimeoutMs),
  })
  http1.on('request', runner.run)
  // The server never listens itself, but this starts its watch over slow headers and idle connections.
  http1.emit('listening')

  const h2 = http2.createServer({
    settings: { maxConcurrentStreams: limits.maxStreams, maxHeaderListSize: limits.maxHeaderBytes },
    streamResetBurst: limits.maxResetsPerSecond,
    streamResetRate: limits.maxResetsPerSecond,
  })
  h2.on('stream', (stream, headers) => {
    if (headers.expect === '100-continue') stream.additionalHeaders({ ':status': 100 })
    void runner.run(new Http2Request(stream, headers), new Http2Response(stream))
  })
  h2.on('session', (session) => {
    leanSession(session)
    sessions.add(session)
    closeWhenIdle(session, limits.idleTimeoutMs)
    if (!front.listening) session.close()
    session.once('close', () => sessions.delete(session))
  })

  const onConnection = (socket: net.Socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    sniffHttp2(socket, limits.headerTimeoutMs, (isHttp2) => {
      // HTTP/1.1 clients may close their side and read on; of HTTP/2 clients that do, nothing would end the session.
      if (!isHttp2) return void http1.emit('connection', socket)
      socket.allowHalfOpen = false
      http2Sockets.add(socket)
      socket.once('close', () => http2Sockets.delete(socket))
      h2.emit('connection', socket)
    })
  }
  const socketOptions = { allowHalfOpen: true, noDelay: true, keepAlive: true, keepAliveInitialDelay: 30_000 }
  const front = options.tls
    ? tls.createServer(
        {
          ...socketOptions,
          ...options.tls,
          ALPNProtocols: ['h2', 'http/1.1'],
          handshakeTimeout: limits.headerTimeoutMs,
        },
        onConnection,
      )
    : net.createServer(socketOptions, onConnection)
  front.maxConnections = limits.maxConnections
  front.listen(options.port, options.host)
  await once(front, 'listening')
  const frontClosed = new Promise((resolve) => front.once('close', resolve))

  const { port } = front.address() as net.AddressInfo
  const close = async () => {
    if (front.listening) front.close()
    http1.close()
    runner.close()
    for (const socket of sockets) socket.destroy()
    await frontClosed
  }
  return {
    url: `${options.tls ? 'https' : 'http'}://${options.host.includes(':') ? `[${options.host}]` : options.host}:${port}`,
    port,
    inFlight: runner.inFlight,
    drain: (graceMs) => drainServer({ front, http1, sessions, http2Sockets, runner, graceMs, close }),
    close,
  }
}

const closeWhenIdle = (session: http2.ServerHttp2Session, idleTimeoutMs: number): void => {
  let streams = 0
  const timer = setTimeout(() => streams === 0 && session.close(), idleTimeoutMs).unref()
  session.on('stream', (stream) => {
    streams += 1
    stream.on('close', () => {
      streams -= 1
      if (streams === 0) timer.refresh()
    })
  })
  session.once('close', () => clearTimeout(timer))
}
