import { lookup } from 'node:dns/promises'
import { Upstream, type UpstreamOptions } from './upstream.ts'

export interface UpstreamPoolOptions extends UpstreamOptions {
  /** How often names are resolved again. */
  resolveIntervalMs: number
  log?: { warn(message: string, metadata?: object): void }
}

export interface UpstreamPool {
  /**
   * The address with the fewest open streams, of those whose circuit is closed: a ready one rather than one that is
   * not, one that is not in `tried` rather than one that is. Once one was tried in vain, others are candidates whatever
   * their circuit: it may be open from a moment ago, when they were started. Undefined when none can be reached.
   */
  pick(tried?: ReadonlySet<Upstream>): Upstream | undefined
  /** Drops all connections at once. */
  close(): Promise<void>
}

const defaults: UpstreamPoolOptions = {
  connectTimeoutMs: 1000,
  healthPath: '/ready',
  healthIntervalMs: 2000,
  healthTimeoutMs: 1500,
  pingTimeoutMs: 10_000,
  resolveIntervalMs: 5000,
  circuit: { threshold: 3, openMs: 500, maxOpenMs: 10_000 },
}

/**
 * Keeps connections to all addresses of one service (h2c: `http://host:port`; a name stands for all its addresses).
 * Resolves when names were looked up once; those that are unknown then are tried again later.
 */
export const createUpstreamPool = async (
  urls: string | readonly string[],
  overrides: Partial<UpstreamPoolOptions> = {},
): Promise<UpstreamPool> => {
  const options = { ...defaults, ...overrides }
  const sources = [urls].flat().map((url) => new URL(url))
  let upstreams = new Map<string, Upstream>()
  let turn = 0
  let closed = false

  const known: Address[][] = sources.map(() => [])
  const refresh = async () => {
    await Promise.all(
      sources.map(async (url, i) => {
        known[i] = (await addressesOf(url, options.log)) ?? known[i]!
      }),
    )
    if (closed) return
    const next = new Map<string, Upstream>()
    for (const { url, authority } of known.flat()) {
      next.set(url, upstreams.get(url) ?? new Upstream(url, authority, options))
    }
    for (const [url, upstream] of upstreams) if (!next.has(url)) upstream.retire()
    upstreams = next
  }
  await refresh()
  const timer = setInterval(() => void refresh(), options.resolveIntervalMs).unref()

  return {
    pick(tried) {
      const isCandidate = (upstream: Upstream) => upstream.isReachable || (tried?.size && !tried.has(upstream))
      const reachable = [...upstreams.values()].filter(isCandidate)
      const cost = (upstream: Upstream) =>
        (tried?.has(upstream) ? 2e9 : 0) + (upstream.isReady ? 0 : 1e9) + upstream.outstanding
      turn += 1
      let best: Upstream | undefined
      for (let i = 0; i < reachable.length; i++) {
        const candidate = reachable[(i + turn) % reachable.length]!
        if (!best || cost(candidate) < cost(best)) best = candidate
      }
      return best
    },
    async close() {
      closed = true
      clearInterval(timer)
      for (const upstream of upstreams.values()) upstream.destroy()
    },
  }
}

interface Address {
  url: string
  authority: string
}

const addressesOf = async (url: URL, log: UpstreamPoolOptions['log']): Promise<Address[] | undefined> => {
  const port = url.port || '80'
  try {
    const found = await lookup(url.hostname.replace(/^\[|\]$/g, ''), { all: true })
    return found.map(({ address, family }) => ({
      url: `http://${family === 6 ? `[${address}]` : address}:${port}`,
      authority: url.host,
    }))
  } catch (error) {
    // The addresses known so far stay in use.
    log?.warn('upstream name cannot be resolved', { host: url.hostname, error })
    return undefined
  }
}
