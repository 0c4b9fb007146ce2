import { createHash } from 'node:crypto'
import type { EntitySchema } from '@mikro-orm/core'
import { MikroORM, PostgreSqlDriver } from '@mikro-orm/postgresql'
import {
  type CompiledQuery,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type QueryResult,
} from 'kysely'
import { Pool, type PoolClient, type QueryConfig, type QueryResult as QueryRows, types } from 'pg'
import type { Logger } from './telemetry/logger.ts'

// Positions, sequences and counts stay far below 2^53.
types.setTypeParser(types.builtins.INT8, Number)

const maxNamedStatements = 1000
const names = new Map<string, string>()

/** Names a statement so that Postgres plans it once a connection; rare shapes beyond the limit stay unnamed. */
const statementName = (text: string): string | undefined => {
  const known = names.get(text)
  if (known) return known
  if (names.size >= maxNamedStatements) return undefined
  const name = createHash('sha1').update(text).digest('base64url')
  names.set(text, name)
  return name
}

export interface Row {
  [column: string]: unknown
}

const isStalePlan = (error: unknown): boolean => {
  const { code, message } = error as { code?: string; message?: string }
  return code === '0A000' && message === 'cached plan must not change result type'
}

const isUnanswered = (error: unknown): boolean => (error as Error | undefined)?.message === 'Query read timeout'

/** Ends the connections that nobody uses: where one was cut without a word, they were cut with it. */
const endIdle = (pool: Pool): void => {
  for (let idle = pool.idleCount; idle > 0; idle -= 1) {
    pool.connect().then(
      (client) => client.release(true),
      () => {}, // there is none to end then
    )
  }
}

const isRefused = (error: unknown): boolean =>
  (error as { severity?: string } | undefined)?.severity === 'ERROR' && !isStalePlan(error)

/** The pool's own `query` closes the connection with every error, be it that the server refused the statement. */
const queryOnce = <R extends Row>(pool: Pool, query: QueryConfig): Promise<QueryRows<R>> =>
  new Promise((resolve, reject) => {
    pool.connect((failure, client) => {
      if (!client) return reject(failure)
      let isOver = false
      const end = (error: Error | undefined, result?: QueryRows<R>) => {
        if (isOver) return
        isOver = true
        client.off('error', end)
        client.release(error && !isRefused(error) ? error : undefined)
        if (error) reject(error)
        else resolve(result as QueryRows<R>)
      }
      client.once('error', end)
      client.query<R>(query, (error, result) => end(error ?? undefined, result))
    })
  })

/**
 * Runs one statement, prepared, on a pool or on one connection. Where another version of the program has added columns
 * to a table meanwhile, it is planned anew.
 */
export const runSql = async <R extends Row = Row>(
  on: Pool | PoolClient,
  text: string,
  values: readonly unknown[] = [],
): Promise<{ rows: R[]; rowCount: number }> => {
  const name = statementName(text)
  const query = { text, values: values as unknown[] }
  const prepared = { ...(name ? { name } : {}), ...query }
  const result = await (on instanceof Pool
    ? queryOnce<R>(on, prepared).catch((error: unknown) => {
        if (isUnanswered(error)) endIdle(on)
        if (!isStalePlan(error)) throw error
        return queryOnce<R>(on, query)
      })
    : on.query<R>(prepared))
  return { rows: result.rows, rowCount: result.rowCount ?? 0 }
}

/** One context's database: a small lazy pool, prepared statements, and the mapping of its entities. */
export interface Database {
  readonly pool: Pool
  readonly orm: MikroORM
  sql<R extends Row = Row>(text: string, ...values: unknown[]): Promise<R[]>
  /** A typed query builder for reads, on the same prepared path. */
  kysely<Tables>(): Kysely<Tables>
  close(): Promise<void>
}

const kyselyOn = (pool: Pool) => {
  const execute = async <R>(query: CompiledQuery): Promise<QueryResult<R>> => {
    const { rows, rowCount } = await runSql(pool, query.sql, query.parameters)
    return { rows: rows as R[], numAffectedRows: BigInt(rowCount) }
  }
  const connection = {
    executeQuery: execute,
    // biome-ignore lint/correctness/useYield: large reads page by key instead of holding a cursor
    async *streamQuery(): AsyncIterableIterator<never> {
      throw new Error('page by key instead of streaming rows')
    },
  }
  const refuse = async () => {
    throw new Error('a unit of work is one statement; use the flush instead of a transaction')
  }
  return new Kysely<unknown>({
    dialect: {
      createAdapter: () => new PostgresAdapter(),
      createQueryCompiler: () => new PostgresQueryCompiler(),
      createIntrospector: (db) => new PostgresIntrospector(db),
      createDriver: () => ({
        init: async () => {},
        destroy: async () => {},
        acquireConnection: async () => connection,
        releaseConnection: async () => {},
        beginTransaction: refuse,
        commitTransaction: refuse,
        rollbackTransaction: refuse,
      }),
    },
  })
}

/** Opens a context's database; connects on first use. */
export const openDatabase = (options: {
  url: string
  poolSize: number
  entities: readonly EntitySchema[]
  log: Logger
  /** How long the server may take to answer a statement before its connection is given up; 12 s. */
  answerWithinMs?: number
}): Database => {
  const pool = new Pool({
    connectionString: options.url,
    max: options.poolSize,
    idleTimeoutMillis: 60_000,
    connectionTimeoutMillis: 5_000,
    keepAlive: true,
    allowExitOnIdle: true,
    // A connection that was cut without a word answers nothing for as long as TCP hopes.
    query_timeout: options.answerWithinMs ?? 12_000,
    options: '-c timezone=UTC -c statement_timeout=10000 -c idle_in_transaction_session_timeout=30000',
  })
  // Without a listener a dropped idle connection ends the process.
  pool.on('error', (error) => options.log.warn('database connection lost', { error }))
  const orm = new MikroORM({
    driver: PostgreSqlDriver,
    clientUrl: options.url,
    entities: [...options.entities],
    // Else it makes an instance of every class to look at its defaults.
    discovery: { inferDefaultValues: false, warnWhenNoEntities: false },
    forceUndefined: true,
    pool: { min: 0, max: 2 },
  })
  // Else MikroORM keeps new values of unique properties out of the change sets, for its own flush to write later.
  for (const meta of orm.getMetadata().getAll().values())
    Object.assign(meta, { uniqueProps: [], hasUniqueProps: false })
  const kysely = kyselyOn(pool)
  return {
    pool,
    orm,
    sql: async <R extends Row>(text: string, ...values: unknown[]) => (await runSql<R>(pool, text, values)).rows,
    kysely: <Tables>() => kysely as unknown as Kysely<Tables>,
    close: async () => {
      await pool.end()
      await orm.close(true)
    },
  }
}
