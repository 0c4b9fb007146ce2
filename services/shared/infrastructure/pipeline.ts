import type { Pool, PoolClient } from 'pg'
import { prepareValue } from 'pg/lib/utils.js'
import { endIdle } from './idle-connections.ts'
import {
  isRefused,
  isStalePlan,
  isUnanswered,
  lockNotAvailable,
  type Row,
  runSql,
  statementName,
  unanswered,
} from './prepared.ts'

interface Asked {
  readonly text: string
  /** As the protocol takes them. */
  readonly values: (Buffer | string | null)[]
  resolve(rows: Row[]): void
  reject(error: unknown): void
}

/** The same statement, just before it, failed before it was prepared. */
const notPrepared = '26000'

/** Refused as a whole, for what the next try by itself does not meet. */
const mayRunAlone = (error: unknown): boolean =>
  isStalePlan(error) || [lockNotAvailable, notPrepared].includes((error as { code?: string }).code ?? '')

/** The connection for as long as anything is under way on it. */
interface Hold {
  readonly client: Promise<PoolClient>
  underWay: number
  isBroken: boolean
}

/**
 * Short statements, pipelined over the one connection of `lane` (PostgreSQL documentation, 32.5): those of one turn of the
 * event loop leave in one packet, and none waits for the answer to the one before. Each is a transaction of its own. One
 * that has to wait for a lock is run again on `pool`, so that it holds up nobody behind it.
 */
export const createPipeline = (lane: Pool, pool: Pool, answerWithinMs: number) => {
  let waiting: Asked[] = []
  let hold: Hold | undefined
  let giveUp: (() => void) | undefined
  // One timer, set anew with each answer: one for each statement would outlive it.
  const patience = setTimeout(() => giveUp?.(), answerWithinMs).unref()

  const connect = async (): Promise<PoolClient> => {
    const client = await lane.connect()
    giveUp = () => client.connection.stream.destroy(unanswered())
    patience.refresh()
    return client
  }

  const letGo = (from: Hold, client: PoolClient): void => {
    from.underWay -= 1
    patience.refresh()
    // What comes later takes another one.
    if (hold === from && (from.isBroken || from.underWay === 0)) hold = undefined
    if (from.underWay > 0) return
    giveUp = undefined
    client.release(from.isBroken)
  }

  const alone = ({ text, values, resolve, reject }: Asked): Promise<void> =>
    runSql(pool, { answerWithinMs }, text, values).then(({ rows }) => resolve(rows), reject)

  const fail = (asked: Asked, error: Error): void => {
    if (isUnanswered(error)) endIdle(pool)
    if (mayRunAlone(error)) void alone(asked)
    else asked.reject(error)
  }

  const ask = (from: Hold, client: PoolClient, asked: Asked): void => {
    const name = statementName(asked.text)
    const query = { ...(name && { name }), text: asked.text, values: asked.values }
    client.query<Row>(query, (error: Error | null, result) => {
      from.isBroken ||= error !== null && !isRefused(error)
      letGo(from, client)
      if (error) fail(asked, error)
      else asked.resolve(result.rows)
    })
  }

  const send = async (): Promise<void> => {
    const batch = waiting
    waiting = []
    hold ??= { client: connect(), underWay: 0, isBroken: false }
    const from = hold
    from.underWay += batch.length
    try {
      const client = await from.client
      client.connection.stream.cork()
      for (const asked of batch) ask(from, client, asked)
      client.connection.stream.uncork()
    } catch (error) {
      if (hold === from) hold = undefined
      for (const asked of batch) asked.reject(error)
    }
  }

  /** Runs one statement that is answered at once; never one that may take long, for others wait behind it. */
  return (text: string, values: readonly unknown[]): Promise<Row[]> =>
    new Promise((resolve, reject) => {
      const asked = { text, values: values.map((value) => prepareValue(value)), resolve, reject }
      if (waiting.push(asked) === 1) setImmediate(send)
    })
}
