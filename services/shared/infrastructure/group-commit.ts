import type { Connection, Pool, Submittable } from 'pg'
import { prepareValue } from 'pg/lib/utils.js'
import { endIdle } from './idle-connections.ts'
import { isUnanswered, lockNotAvailable, runSql, statementName, unanswered } from './prepared.ts'

/** Longest batch: more would make the first wait for the last. */
const mostAtOnce = 64

interface PlainStatement {
  readonly text: string
  /** As the protocol takes them. */
  readonly values: (Buffer | string | null)[]
}

interface Waiting extends PlainStatement {
  resolve(): void
  reject(error: unknown): void
}

/** What a connection has prepared, and what it is preparing, by name. */
interface Preparation {
  readonly known: Set<string>
  parsing: string[]
}

const preparations = new WeakMap<Connection, Preparation>()

// One listener for good: one of each batch's own, taken off again, would keep what it holds until the next full
// collection of garbage.
const preparationOf = (connection: Connection): Preparation => {
  const found = preparations.get(connection)
  if (found) return found
  const made: Preparation = { known: new Set(), parsing: [] }
  connection.on('parseComplete', () => {
    const name = made.parsing.shift()
    if (name) made.known.add(name)
  })
  preparations.set(connection, made)
  return made
}

/**
 * Several statements as one transaction in one round trip: Postgres runs what comes before one Sync of its extended
 * protocol as a whole (Postgres documentation, 54.2.4).
 */
class Batch implements Submittable {
  private readonly statements: readonly PlainStatement[]
  private readonly callback: (error?: unknown) => void

  constructor(statements: readonly PlainStatement[], callback: (error?: unknown) => void) {
    this.statements = statements
    this.callback = callback
  }

  submit(connection: Connection): void {
    const preparation = preparationOf(connection)
    const { known } = preparation
    // What a batch that failed did not come to is not prepared.
    const parsing: string[] = []
    preparation.parsing = parsing
    connection.stream.cork()
    for (const { text, values } of this.statements) {
      const name = statementName(text) ?? ''
      if (!known.has(name) && !(name && parsing.includes(name))) {
        connection.parse({ name, text, types: [] }, true)
        parsing.push(name)
      }
      connection.bind({ portal: '', statement: name, values }, true)
      connection.execute({ portal: '', rows: '' }, true)
    }
    connection.sync()
    connection.stream.uncork()
  }

  handleError(error: unknown): void {
    this.callback(error)
  }

  handleReadyForQuery(): void {
    this.callback()
  }

  handleRowDescription(): void {}
  handleDataRow(): void {}
  handleCommandComplete(): void {}
  handleEmptyQuery(): void {}
  handlePortalSuspended(): void {}
}

/** Whether the server took a batch back as a whole, so that each statement may be tried by itself. */
const wasRolledBack = (error: unknown): boolean => {
  const { code, severity } = error as { code?: string; severity?: string }
  return severity === 'ERROR' && code !== undefined
}

/**
 * Makes what runs one batch at a time and gives up a server that does not answer. One timer is set anew for each batch:
 * a timer of each one's own outlives it, with all that the batch holds.
 */
const batchRunner = (lane: Pool, answerWithinMs: number) => {
  let giveUp: (() => void) | undefined
  const patience = setTimeout(() => giveUp?.(), answerWithinMs).unref()
  return async (batch: readonly PlainStatement[]): Promise<void> => {
    const client = await lane.connect()
    const error = await new Promise<unknown>((resolve) => {
      giveUp = () => resolve(unanswered())
      patience.refresh()
      client.query(new Batch(batch, resolve))
    })
    giveUp = undefined
    // A connection that said anything else is not to be trusted.
    client.release(error !== undefined && !wasRolledBack(error))
    if (error !== undefined) throw error
  }
}

/**
 * Commits statements that come at the same time together: while one batch is on its way the next one gathers, so that
 * many share one round trip and one wait for the disk. What fails in company is run again by itself, on `pool`, so
 * nobody's failure or long wait for a lock is another's.
 */
export const createGroupCommit = (lane: Pool, pool: Pool, answerWithinMs: number) => {
  const runBatch = batchRunner(lane, answerWithinMs)
  const waiting: Waiting[] = []
  let isRunning = false

  const alone = ({ text, values, resolve, reject }: Waiting): Promise<void> =>
    runSql(pool, { answerWithinMs }, text, values).then(resolve, reject)

  const commit = async (batch: readonly Waiting[]): Promise<void> => {
    try {
      await runBatch(batch)
      for (const { resolve } of batch) resolve()
    } catch (error) {
      if (isUnanswered(error)) endIdle(pool)
      const byItself =
        wasRolledBack(error) && (batch.length > 1 || (error as { code?: string }).code === lockNotAvailable)
      for (const each of batch) byItself ? void alone(each) : each.reject(error)
    }
  }

  const run = async (): Promise<void> => {
    isRunning = true
    while (waiting.length > 0) {
      // Who comes in the same turn of the event loop, or waited for the last batch and has more, comes along.
      await new Promise((next) => setImmediate(next))
      await commit(waiting.splice(0, mostAtOnce))
    }
    isRunning = false
  }

  /** Runs one statement in a transaction that others may share. Rejects as if it had run by itself. */
  return (text: string, values: readonly unknown[]): Promise<void> =>
    new Promise((resolve, reject) => {
      waiting.push({ text, values: values.map((value) => prepareValue(value)), resolve, reject })
      if (!isRunning) void run()
    })
}
