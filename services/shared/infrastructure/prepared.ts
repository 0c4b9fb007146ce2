import { createHash } from 'node:crypto'
import { Pool, type PoolClient, type QueryConfig, type QueryResult as QueryRows } from 'pg'

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

const isStalePlan = (error: unknown): boolean => {
  const { code, message } = error as { code?: string; message?: string }
  return code === '0A000' && message === 'cached plan must not change result type'
}

const late = 'Query read timeout'

/** As pg says it of a statement that was not answered in time. */
export const unanswered = (): Error => new Error(late)

export const isUnanswered = (error: unknown): boolean => (error as Error | undefined)?.message === late

/** Ends the connections that nobody uses: where one was cut without a word, they were cut with it. */
export const endIdle = (pool: Pool): void => {
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
      // Types say Error; what comes is null where all went well.
      client.query<R>(query, (error: Error | null, result) => {
        client.release(error && !isRefused(error) ? error : undefined)
        if (error) reject(error)
        else resolve(result)
      })
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
