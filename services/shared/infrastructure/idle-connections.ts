import type { Pool } from 'pg'

/** The pools of this process, by the server that they lead to. */
const servers = new Map<string, Set<Pool>>()
const companies = new WeakMap<Pool, Set<Pool>>()

/** Notes where a pool leads to, until it is left out again. */
export const joinServer = (server: string, pool: Pool): void => {
  const company = servers.get(server) ?? new Set()
  servers.set(server, company.add(pool))
  companies.set(pool, company)
}

/** A pool that is closed. */
export const leaveServer = (pool: Pool): void => {
  companies.get(pool)?.delete(pool)
}

/**
 * Ends the connections that nobody uses, of every pool that leads to the same server: where one was cut without a word,
 * they were cut with it, and each would be waited for in vain by itself.
 */
export const endIdle = (pool: Pool): void => {
  for (const each of companies.get(pool) ?? [pool])
    for (let idle = each.idleCount; idle > 0; idle -= 1)
      each.connect().then(
        (client) => client.release(true),
        () => {}, // there is none to end then
      )
}
