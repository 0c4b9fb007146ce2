import type * as Migrations from '@mikro-orm/migrations'
import { MikroORM, PostgreSqlDriver } from '@mikro-orm/postgresql'
import { Client } from 'pg'
import type { Database } from './database.ts'
import { kernelMigrations } from './kernel-schema.ts'
import type { Row } from './prepared.ts'

/** A step of a context's schema, forward only; its statements run in one transaction. */
export interface Migration {
  /** Sorts by it, e.g. `0001-users`. */
  name: string
  up: readonly string[]
}

const lockKey = 0x7472_6f75 // "trou"

const answerWithinMs = 10_000

interface Patience {
  /** How long a statement may take. Without it: as long as a migration takes, or others' before it. */
  query_timeout?: number
}

const connected = async <T>(url: string, run: (client: Client) => Promise<T>, patience: Patience = {}): Promise<T> => {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: answerWithinMs, ...patience })
  client.on('error', () => {}) // the running query reports it
  try {
    await client.connect()
    const result = await run(client)
    await client.end()
    return result
  } catch (error) {
    // Of a connection that was cut without a word, the end would never be answered.
    client.connection.stream.destroy()
    throw error
  }
}

/** What asks on a connection of its own. */
const once = (url: string): Pick<Database, 'look'> => ({
  look: <R extends Row>(text: string) =>
    connected(url, async (client) => (await client.query<R>(text)).rows, { query_timeout: answerWithinMs }),
})

/** The role needs CREATEDB only for this. */
const createDatabase = async (url: string): Promise<void> => {
  const target = new URL(url)
  const name = decodeURIComponent(target.pathname.slice(1))
  target.pathname = '/postgres'
  await connected(target.toString(), async (client) => {
    await client.query(`create database ${client.escapeIdentifier(name)}`).catch((error: { code?: string }) => {
      const madeByAnother = error.code === '42P04' || error.code === '23505'
      if (!madeByAnother) throw error
    })
  })
}

const migrationClass = (OrmMigration: typeof Migrations.Migration, step: Migration) =>
  class extends OrmMigration {
    override up(): void {
      for (const statement of step.up) this.addSql(statement)
    }
  }

/** Asked first: a process that starts again has nothing to migrate, and nothing to wait for without end. */
const standing = (applied: Promise<Row[]>, names: readonly string[]): Promise<'missing' | 'behind' | 'up to date'> =>
  applied.then(
    (rows) => {
      const done = new Set(rows.map(({ name }) => name))
      return names.every((name) => done.has(name)) ? 'up to date' : 'behind'
    },
    (error: { code?: string }) => {
      if (error.code === '3D000') return 'missing' // the database itself
      if (error.code === '42P01') return 'behind' // not even the table is there
      throw error
    },
  )

/**
 * Brings a context's database up to date, made where it is missing; replicas that start together take turns.
 *
 * @param database - the same, to ask on a connection that is used afterwards as well
 */
export const migrate = async (
  url: string,
  migrations: readonly Migration[],
  database: Pick<Database, 'look'> = once(url),
): Promise<void> => {
  const steps = [...kernelMigrations, ...migrations]
  const names = steps.map(({ name }) => name)
  const found = await standing(database.look('select name from mesh_migrations'), names)
  if (found === 'up to date') return
  if (found === 'missing') await createDatabase(url)
  // Loaded where it is used: most starts have nothing to migrate.
  const { Migrator, Migration: OrmMigration } = await import('@mikro-orm/migrations')
  const orm = new MikroORM({
    driver: PostgreSqlDriver,
    clientUrl: url,
    entities: [],
    discovery: { warnWhenNoEntities: false },
    extensions: [Migrator],
    migrations: {
      tableName: 'mesh_migrations',
      migrationsList: steps.map((step) => ({ name: step.name, class: migrationClass(OrmMigration, step) })),
      snapshot: false,
      silent: true,
    },
  })
  try {
    await connected(url, async (client) => {
      await client.query('select pg_advisory_lock($1)', [lockKey])
      await orm.migrator.up()
    })
  } finally {
    await orm.close(true)
  }
}
