import http2, { type ClientHttp2Stream } from 'node:http2'
import type { HealthWatch } from '#shared/infrastructure/upstream/upstream.ts'
import {
  createUpstreamPool,
  type UpstreamPool,
  type UpstreamPoolOptions,
} from '#shared/infrastructure/upstream/upstreams.ts'

interface ReadyCheckOptions {
  intervalMs: number
  timeoutMs: number
}

/** Asks `/ready` again and again, which a proxy can do without any contract. */
const readyChecks =
  ({ intervalMs, timeoutMs }: ReadyCheckOptions): HealthWatch =>
  (upstream, says) => {
    const headers = { ':method': 'GET', ':path': '/ready', ':authority': upstream.authority }
    const check = () =>
      upstream
        .open(headers, true)
        .then((stream) => isHealthy(stream, timeoutMs))
        .then(says, () => says(false))
    const timer = setInterval(check, intervalMs).unref()
    void check()
    return () => clearInterval(timer)
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

/** The gateway's connections to all addresses of one context. Resolves when names were looked up once. */
export const openUpstreamPool = async (
  addresses: string | readonly string[],
  { readyIntervalMs = 2000, ...overrides }: Partial<UpstreamPoolOptions> & { readyIntervalMs?: number } = {},
): Promise<UpstreamPool> => {
  const pool = createUpstreamPool(addresses, {
    connectTimeoutMs: 1000,
    health: readyChecks({ intervalMs: readyIntervalMs, timeoutMs: 1500 }),
    pingIntervalMs: 2000,
    pingTimeoutMs: 10_000,
    resolveIntervalMs: 5000,
    circuit: { threshold: 3, openMs: 500, maxOpenMs: 10_000 },
    ...overrides,
  })
  await pool.resolved
  return pool
}
