import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'vitest'
import { DomainError } from '../domain/errors.ts'
import type { Database } from '../infrastructure/database.ts'

/** What `rejects.toEqual` compares a refusal with. */
export const refused = (reason: string) => expect.objectContaining({ reason })

/** As clients do: what lost against others too often is tried again. */
export const persistently = async <T>(run: () => Promise<T>): Promise<T> => {
  for (;;) {
    try {
      return await run()
    } catch (error) {
      if (!(error instanceof DomainError) || error.reason !== 'TOO_MUCH_CONTENTION') throw error
    }
  }
}

/** Makes what does something, and something else while the first waits for a lock that a statement takes. */
export const whileLockedIn =
  (database: Database) =>
  async (lock: string, value: string, first: () => Promise<unknown>, then: () => Promise<unknown>): Promise<void> => {
    const client = await database.pool.connect()
    try {
      await client.query('begin')
      await client.query(lock, [value])
      const outcome = first()
      const isWaiting = `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`
      while ((await database.sql(isWaiting)).length === 0) await sleep(5)
      await then()
      await client.query('commit')
      await outcome
    } finally {
      client.release()
    }
  }

/** What of a context's invariants does not hold. */
export const violationsOf = async (
  database: Database,
  invariants: readonly { name: string; sql: string }[],
): Promise<string[]> => {
  const found = await Promise.all(invariants.map(({ sql }) => database.sql(sql)))
  return found.flatMap((rows, index) => rows.map((row) => `${invariants[index]?.name}: ${Object.values(row)[0]}`))
}
