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
import { Pool, types } from 'pg'
import { createGroupCommit } from './group-commit.ts'
import { joinServer, leaveServer } from './idle-connections.ts'
import { createPipeline } from './pipeline.ts'
import { inTransaction, laneLockTimeoutMs, type Row, type RunInside, runSql } from './prepared.ts'
import type { Logger } from './telemetry/logger.ts'

// Positions, sequences and counts stay far below 2^53.
types.setTypeParser(types.builtins.INT8, Number)

/** One context's database: a small lazy pool, prepared statements, and the mapping of its entities. */
export interface Database {
  readonly pool: Pool
  readonly orm: MikroORM
  /** Commits one statement, together with others that come at the same time. */
  commit(text: string, values: readonly unknown[]): Promise<void>
  /** Runs several statements in one transaction of their own. */
  transaction(use: (run: RunInside) => Promise<void>): Promise<void>
  sql<R extends Row = Row>(text: string, ...values: unknown[]): Promise<R[]>
  /** As `sql`, for what finds a few rows by their keys: asked together with what else is asked for at the same time. */
  look<R extends Row = Row>(text: string, ...values: unknown[]): Promise<R[]>
  /** A typed query builder for reads, on the same prepared path. */
  kysely<Tables>(): Kysely<Tables>
  close(): Promise<void>
}

const kyselyOn = (run: (text: string, values: readonly unknown[]) => ReturnType<typeof runSql>) => {
  const execute = async <R>(query: CompiledQuery): Promise<QueryResult<R>> => {
    const { rows, rowCount } = await run(query.sql, query.parameters)
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
  const answerWithinMs = options.answerWithinMs ?? 12_000
  const openPool = (max: number, more: string, pipeline: boolean) => {
    const opened = new Pool({
      pipeline,
      connectionString: options.url,
      max,
      idleTimeoutMillis: 60_000,
      connectionTimeoutMillis: 5_000,
      keepAlive: true,
      allowExitOnIdle: true,
      options: `-c timezone=UTC -c statement_timeout=10000 -c idle_in_transaction_session_timeout=30000${more}`,
    })
    opened.on('error', (error) => options.log.warn('database connection lost', { error }))
    // A connection that breaks tells its statement, then whoever listens: nobody would end the process.
    opened.on('connect', (client) => client.on('error', () => {}))
    joinServer(new URL(options.url).host, opened)
    return opened
  }
  // A connection that was cut without a word answers nothing for as long as TCP hopes.
  const pool = openPool(options.poolSize, '', false)
  const impatient = ` -c lock_timeout=${laneLockTimeoutMs}`
  const lane = openPool(1, impatient, false)
  const pipelined = openPool(1, impatient, true)
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
  const run = <R extends Row>(text: string, values: readonly unknown[]) =>
    runSql<R>(pool, { answerWithinMs }, text, values)
  const look = createPipeline(pipelined, pool, answerWithinMs)
  const kysely = kyselyOn(run)
  return {
    pool,
    orm,
    commit: createGroupCommit(lane, pool, answerWithinMs),
    transaction: (use) => inTransaction(pool, { answerWithinMs }, use),
    sql: async <R extends Row>(text: string, ...values: unknown[]) => (await run<R>(text, values)).rows,
    look: <R extends Row>(text: string, ...values: unknown[]) => look(text, values) as Promise<R[]>,
    kysely: <Tables>() => kysely as unknown as Kysely<Tables>,
    close: async () => {
      const all = [pool, lane, pipelined]
      all.forEach(leaveServer)
      await Promise.all(all.map((each) => each.end()))
      await orm.close(true)
    },
  }
}
