import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import { hostOf } from './connection.ts'
import { Upstream, type UpstreamOptions } from './upstream.ts'

export interface UpstreamPoolOptions extends UpstreamOptions {
  /** How often names are resolved again. */
  resolveIntervalMs: number
  log?: { warn(message: string, metadata?: object): void }
}

export interface UpstreamPool {
  /** Settles when names were looked up once. */
  resolved: Promise<void>
  /**
   * The address with the fewest open streams, of those whose circuit is closed: a ready one rather than one that is
   * not, a connected one rather than one that is not, one that is not in `tried` rather than one that is. Once one was
   * tried in vain, others are candidates whatever their circuit: it may be open from a moment ago, when they were
   * started. Undefined when none can be reached.
   */
  pick(tried?: ReadonlySet<Upstream>): Upstream | undefined
  /** Why none can be reached, as far as that is known. */
  whyUnreachable(): Error | undefined
  /** Drops all connections at once. */
  close(): void
}

// A name leads elsewhere when what it led to is gone; its servers are not asked more often than this.
const minResolveMs = 500

const urlOf = (address: string): URL =>
  new URL(/^https?:\/\//.test(address) ? address : `http://${address.replace(/^dns:\/{0,3}/, '')}`)

/**
 * Keeps connections to all addresses of one service: `http://host:port`, `https://host:port`, `host:port` or
 * `dns:///host:port`, where a name stands for all its addresses. Names are looked up again from time to time, and when a
 * connection has failed.
 */
export const createUpstreamPool = (
  addresses: string | readonly string[],
  options: UpstreamPoolOptions,
): UpstreamPool => {
  const sources = [addresses].flat().map(urlOf)
  const known: Address[][] = sources.map((url) => (isNumeric(url) ? [addressOf(url, hostOf(url))] : []))
  const hasNames = !sources.every(isNumeric)
  let upstreams: readonly Upstream[] = []
  let turn = 0
  let closed = false
  let isResolving = false
  let resolvedAt = Number.NEGATIVE_INFINITY
  let unknown: Error | undefined

  const resolveSoon = () => {
    if (hasNames && performance.now() - resolvedAt >= minResolveMs) void resolve()
  }
  const renew = () => {
    if (closed) return
    const before = new Map(upstreams.map((upstream) => [upstream.url.href, upstream]))
    upstreams = known.flat().map(({ url, authority }) => {
      const kept = before.get(url)
      before.delete(url)
      return kept ?? new Upstream(url, authority, options, resolveSoon)
    })
    for (const upstream of before.values()) upstream.retire()
  }
  const resolve = async () => {
    if (isResolving || closed) return
    isResolving = true
    resolvedAt = performance.now()
    unknown = undefined
    const find = async (url: URL, i: number) => {
      if (isNumeric(url)) return
      try {
        known[i] = (await lookup(hostOf(url), { all: true })).map(({ address }) => addressOf(url, address))
      } catch (error) {
        // The addresses known so far stay in use.
        unknown = error as Error
        options.log?.warn('upstream name cannot be resolved', { host: url.hostname, error })
      }
    }
    await Promise.all(sources.map(find))
    isResolving = false
    renew()
  }
  renew()
  const resolved = hasNames ? resolve() : Promise.resolve()
  const timer = hasNames ? setInterval(() => void resolve(), options.resolveIntervalMs).unref() : undefined

  return {
    resolved,
    pick(tried) {
      turn += 1
      let best: Upstream | undefined
      let least = Number.POSITIVE_INFINITY
      for (let i = 0; i < upstreams.length; i += 1) {
        const candidate = upstreams[(i + turn) % upstreams.length] as Upstream
        if (!candidate.isReachable && !(tried?.size && !tried.has(candidate))) continue
        const cost =
          (tried?.has(candidate) ? 4e9 : 0) +
          (candidate.isReady ? 0 : 2e9) +
          (candidate.isConnected ? 0 : 1e9) +
          candidate.outstanding
        if (cost >= least) continue
        best = candidate
        least = cost
      }
      if (!best) resolveSoon()
      return best
    },
    whyUnreachable: () => upstreams.find(({ lastError }) => lastError)?.lastError ?? unknown,
    close() {
      closed = true
      clearInterval(timer)
      for (const upstream of upstreams) upstream.destroy()
      upstreams = []
    },
  }
}

interface Address {
  url: string
  authority: string
}

const isNumeric = (url: URL): boolean => isIP(hostOf(url)) !== 0

const addressOf = (url: URL, address: string): Address => {
  const found = new URL(url.origin)
  found.hostname = isIP(address) === 6 ? `[${address}]` : address
  return { url: found.href, authority: url.host }
}
