/** What one server lets its clients use. Times are in milliseconds. */
export interface ServerLimits {
  /** HTTP/2 streams open at once on one connection. */
  maxStreams: number
  /** All header fields of one request, names and values. */
  maxHeaderBytes: number
  /** Until the headers of a request, or the first bytes of a connection, are complete. */
  headerTimeoutMs: number
  /** How long a half-sent request body may pause, or trickle. Requests of kind `stream` are exempt. */
  bodyTimeoutMs: number
  maxConnections: number
  /** Requests of kind `request` running at once; more are shed. */
  maxInFlight: number
  /** Requests of kind `stream` open at once; more are shed. */
  maxOpenStreams: number
  /** Streams that one connection may reset in a second before it is told to go away. */
  maxResetsPerSecond: number
  /** How long a connection without requests is kept. */
  idleTimeoutMs: number
  /** How long a client may go on sending a body whose answer is complete. */
  lingerMs: number
}

export const defaultLimits: ServerLimits = {
  maxStreams: 256,
  maxHeaderBytes: 16 * 1024,
  headerTimeoutMs: 10_000,
  bodyTimeoutMs: 25_000,
  maxConnections: 20_000,
  maxInFlight: 1_000,
  maxOpenStreams: 10_000,
  maxResetsPerSecond: 200,
  idleTimeoutMs: 120_000,
  lingerMs: 5_000,
}

/** How a path counts: a `probe` is never shed, a `stream` may stay open for hours and has its own limit. */
export type RequestKind = 'request' | 'stream' | 'probe'

const probes = new Set(['/health', '/ready', '/metrics', '/grpc.health.v1.Health/Check'])

export const defaultKind = (path: string): RequestKind => (probes.has(path) ? 'probe' : 'request')
