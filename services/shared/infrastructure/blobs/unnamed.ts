import type { Kernel } from '../kernel.ts'

/** Finds the keys `k.key` that no row names, by a query for a row that does. */
export const unnamedBy =
  (database: Kernel['database'], isNamed: string) =>
  async (keys: readonly string[]): Promise<string[]> => {
    const rows = await database.sql<{ key: string }>(
      `select k.key from unnest($1::text[]) as k(key) where not exists (${isNamed})`,
      keys,
    )
    return rows.map(({ key }) => key)
  }
