import { randomBytes } from 'node:crypto'
import { Client } from 'pg'
import { type Migration, migrate } from '../infrastructure/migrate.ts'

/** A migrated database of its own for one test suite. */
export interface SuiteDatabase {
  url: string
  /** Removes it, whoever is still connected. */
  drop(): Promise<void>
}

/** Makes a database for a suite on the server that TROUPE_TEST_POSTGRES_URL names; `npm test` starts one. */
export const suiteDatabase = async (name: string, migrations: readonly Migration[] = []): Promise<SuiteDatabase> => {
  const server = process.env.TROUPE_TEST_POSTGRES_URL
  if (!server) throw new Error('TROUPE_TEST_POSTGRES_URL is not set: run `npm test`, or point it at a Postgres server')
  const database = `test_${name.replace(/\W/g, '_').toLowerCase().slice(0, 40)}_${randomBytes(5).toString('hex')}`
  const url = new URL(server)
  url.pathname = `/${database}`
  await migrate(url.toString(), migrations)
  return { url: url.toString(), drop: () => dropDatabase(server, database) }
}

const dropDatabase = async (server: string, database: string): Promise<void> => {
  const client = new Client({ connectionString: server })
  await client.connect()
  try {
    await client.query(`drop database if exists ${client.escapeIdentifier(database)} with (force)`)
  } finally {
    await client.end()
  }
}
