import { createHash } from 'node:crypto'
import type { Pool, PoolClient, QueryConfig, QueryResult as QueryRows } from 'pg'
import { endIdle } from './idle-connections.ts'

const maxNamedStatements = 1000
const names = new Map<string, string>()

/** Names a statement so that Postgres plans it once a connection; rare shapes beyond the limit stay unnamed. */
export const statementName = (text: string): string | undefined => {
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

export const isStalePlan = (error: unknown): boolean => {
  const { code, message } = error as { code?: string; message?: string }
  return code === '0A000' && message === 'cached plan must not change result type'
}

/** How long a statement waits for a lock, in milliseconds, on a connection that many share, before it is run by itself. */
export const laneLockTimeoutMs = 250
export const lockNotAvailable = '55P03'

const late = 'Query read timeout'

/** As pg says it of a statement that was not answered in time. */
export const unanswered = (): Error => new Error(late)

export const isUnanswered = (error: unknown): boolean => (error as Error | undefined)?.message === late

/** Whether the server refused one statement, and its connection is as good as before. */
export const isRefused = (error: unknown): boolean =>
  (error as { severity?: string } | undefined)?.severity === 'ERROR' && !isStalePlan(error)

interface Patience {
  /** How long the server may take to answer before its connection is given up, in milliseconds. */
  readonly answerWithinMs: number
}

/**
 * Asks one connection. Gives up by itself: pg's own `query_timeout` assigns a function to each query, and V8 makes a
 * function that is assigned to a property old from the beginning, with all that it holds, so that none of it goes before
 * the next full collection.
 */
const ask = <R extends Row>(
  client: PoolClient,
  query: QueryConfig,
  { answerWithinMs }: Patience,
  done: (error: Error | null, result: QueryRows<R>) => void,
): void => {
  let isOver = false
  const finish: typeof done = (error, result) => {
    if (isOver) return
    isOver = true
    clearTimeout(timer)
    done(error, result)
  }
  const timer = setTimeout(() => finish(unanswered(), undefined as never), answerWithinMs)
  // Types say Error; what comes is null where all went well.
  client.query<R>(query, finish)
}

/** The pool's own `query` closes the connection with every error, be it that the server refused the statement. */
const queryOnce = <R extends Row>(pool: Pool, query: QueryConfig, patience: Patience): Promise<QueryRows<R>> =>
  new Promise((resolve, reject) => {
    pool.connect((failure, client) => {
      if (!client) return reject(failure)
      ask<R>(client, query, patience, (error, result) => {
        client.release(error && !isRefused(error) ? error : undefined)
        if (error) reject(error)
        else resolve(result)
      })
    })
  })

const configOf = (text: string, values: readonly unknown[], name?: string): QueryConfig => ({
  ...(name ? { name } : {}),
  text,
  values: values as unknown[],
})

/**
 * Runs one statement, prepared, on a pool. Where another version of the program has added columns to a table meanwhile,
 * it is planned anew.
 */
export const runSql = async <R extends Row = Row>(
  pool: Pool,
  patience: Patience,
  text: string,
  values: readonly unknown[] = [],
): Promise<{ rows: R[]; rowCount: number }> => {
  const prepared = configOf(text, values, statementName(text))
  const result = await queryOnce<R>(pool, prepared, patience).catch((error: unknown) => {
    if (isUnanswered(error)) endIdle(pool)
    if (!isStalePlan(error)) throw error
    return queryOnce<R>(pool, configOf(text, values), patience)
  })
  return { rows: result.rows, rowCount: result.rowCount ?? 0 }
}

/** Runs one statement of a transaction. */
export type RunInside = (text: string, values?: readonly unknown[]) => Promise<unknown>

/** Runs statements on one connection as one transaction. When one fails, nothing of it is left and its error is thrown. */
export const inTransaction = async (
  pool: Pool,
  patience: Patience,
  use: (run: RunInside) => Promise<void>,
): Promise<void> => {
  const client = await pool.connect()
  const send = (query: QueryConfig): Promise<QueryRows> =>
    new Promise((resolve, reject) => {
      ask(client, query, patience, (error, result) => (error ? reject(error) : resolve(result)))
    })
  try {
    await send({ text: 'begin' })
    await use((text, values = []) => send(configOf(text, values, statementName(text))))
    const { command } = await send({ text: 'commit' })
    if (command !== 'COMMIT') throw new Error(`commit was answered ${command}`)
    client.release()
  } catch (error) {
    client.release(error as Error) // closes the connection, which rolls back
    throw error
  }
}
