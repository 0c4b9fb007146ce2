import type { Database } from '../infrastructure/database.ts'

type Plan = { 'Shared Hit Blocks': number; 'Shared Read Blocks': number }

/** How many pages of 8 KiB Postgres looks at for the queries that `ask` makes. */
export const measurePages = async (
  database: Database,
  ask: (database: Database) => Promise<unknown>,
): Promise<number> => {
  let pages = 0
  const measured: Database = {
    ...database,
    sql: async (text, ...values) => {
      const rows = await database.sql<{ 'QUERY PLAN': [{ Plan: Plan }] }>(
        `explain (analyze, buffers, format json) ${text}`,
        ...values,
      )
      for (const {
        'QUERY PLAN': [{ Plan: plan }],
      } of rows) {
        pages += plan['Shared Hit Blocks'] + plan['Shared Read Blocks']
      }
      return database.sql(text, ...values)
    },
  }
  await ask(measured)
  return pages
}
