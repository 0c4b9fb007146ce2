import { Client } from 'pg'
import type { Database } from '../../../services/shared/infrastructure/database.ts'
import type { Row } from '../../../services/shared/infrastructure/prepared.ts'

/** A statement with its parameters. */
export interface Query {
  text: string
  values: readonly unknown[]
}

/** The queries that a read of the context makes, noted while it makes them. */
export const queriesOf = async (url: string, read: (database: Database) => Promise<unknown>): Promise<Query[]> => {
  const client = new Client({ connectionString: url })
  await client.connect()
  const queries: Query[] = []
  const sql = async <R extends Row>(text: string, ...values: unknown[]): Promise<R[]> => {
    queries.push({ text, values })
    return (await client.query<R>(text, values)).rows
  }
  try {
    await read({ sql, look: sql } as unknown as Database)
    return queries
  } finally {
    await client.end()
  }
}

/** A parameter as Postgres reads it. */
export const textOf = (value: unknown): string => (value instanceof Date ? value.toISOString() : String(value))
