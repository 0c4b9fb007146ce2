import type { Clock } from '../domain/clock.ts'
import { DomainError, unavailable } from '../domain/errors.ts'
import type { Database } from './database.ts'
import type { StoredEvent } from './event-store.ts'
import { countForeground } from './foreground.ts'
import { type SubjectKeys, subjectKeyTaken } from './personal/subject-keys.ts'
import { refusalOf, type Statement } from './statement.ts'
import { UnitOfWork } from './unit-of-work.ts'

const maxTries = 5

/** The unit's idempotency key was stored by another run of the same request. */
class AlreadyDone extends Error {}
/** The event was handled before. */
export class AlreadyHandled extends Error {}
/** Another process reads for this consumer now. */
export class LeaseLost extends Error {}

interface PgError {
  code?: string
  constraint?: string
  name?: string
  message?: string
}

/** Whether the connection had broken, as one may that lay idle in the pool. */
const isConnectionLost = (error: unknown): boolean => {
  if (!(error instanceof Object)) return false
  const { code = '', message = '' } = error as PgError
  return (
    /^(ECONNRESET|ECONNABORTED|EPIPE)$/.test(code) ||
    /Connection terminated|Client has encountered a connection error/i.test(message)
  )
}

/** Whether the database could not be reached, went away under the statement, or has run out of something. */
export const isDatabaseDown = (error: unknown): boolean => {
  if (!(error instanceof Object)) return false
  const { code = '', message = '' } = error as PgError
  return (
    /^(08...|57P0.|53...|ECONN(REFUSED|RESET|ABORTED)|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|E(HOST|NET)UNREACH)$/.test(
      code,
    ) ||
    /Connection terminated|connection timeout|timeout exceeded when trying to connect|Query read timeout|Client has encountered a connection error/i.test(
      message,
    )
  )
}

/** What is said while it is. */
export const databaseDown = () => unavailable('DATABASE_UNAVAILABLE', 'the database cannot be reached; try again')

/** Constraints of the kernel's that a unit violates when another one was first: run again, it finds what that one wrote. */
const takenByAnother = new Set(['event_store_stream_id_event_version_key', subjectKeyTaken])

const isConflict = (error: unknown, constraints: Constraints): boolean => {
  if (!(error instanceof Object)) return false
  const { code, constraint, name } = error as PgError
  if (code === '40001' || code === '40P01' || name === 'OptimisticLockError') return true
  if (code === '23505' && takenByAnother.has(constraint ?? '')) return true
  if ((code === '23505' || code === '23514') && constraints[constraint ?? ''] === 'raced') return true
  return refusalOf(error)?.kind === 'conflict'
}

/**
 * What violating a named constraint means in the words of the context; `raced`, of a unique one or a check: another unit
 * was first, so this one is run again and finds what that one wrote.
 */
export type Constraints = Readonly<Record<string, 'raced' | (() => DomainError)>>

export interface UnitOptions<T> {
  /** Ids and the keys of further calls follow from it. */
  key: string
  handler: (unit: UnitOfWork) => Promise<T>
  /** Adds the kernel's own rows once the handler is done. */
  finish?: (statement: Statement, result: T) => void
}

export interface Units {
  /**
   * Runs a handler and writes what it changed, at once or not at all. A lost optimistic lock runs it again on a
   * fresh unit, up to five times; a connection that broke before anything was written, once.
   */
  run<T>(options: UnitOptions<T>): Promise<T>
}

const pause = (attempt: number) => new Promise((done) => setTimeout(done, Math.random() * 10 * 2 ** attempt))

const translate = (error: unknown, unit: UnitOfWork, constraints: Constraints): unknown => {
  if (!(error instanceof Object)) return error
  const refusal = refusalOf(error)
  if (refusal?.kind === 'guard') return unit.guardError(refusal.index)
  if (refusal?.kind === 'epoch') return new LeaseLost()
  const { code, constraint = '' } = error as PgError
  if (code === '23505' && constraint === 'idempotency_pkey') return new AlreadyDone()
  if (code === '23505' && constraint === 'inbox_pkey') return new AlreadyHandled()
  // The code of an error that a called service answered is a number.
  const meaning = String(code).startsWith('23') ? constraints[constraint] : undefined
  return typeof meaning === 'function' ? meaning() : error
}

/** Makes the runner of a context's units of work. */
export const createUnits = (options: {
  database: Database
  clock: Clock
  constraints: Constraints
  /** For events that hold personal data. */
  subjectKeys?: SubjectKeys
  /** Told of the events of every committed unit. */
  onStored: (events: readonly StoredEvent[]) => void
  onConflict: () => void
  timeFlush: <T>(run: () => Promise<T>) => Promise<T>
}): Units => {
  const attempt = async <T>(unit: UnitOfWork, { handler, finish }: UnitOptions<T>): Promise<T> => {
    try {
      return await unit.run(async () => {
        const result = await handler(unit)
        const events = await options.timeFlush(() =>
          unit.flush(options.clock.now(), (statement) => finish?.(statement, result)),
        )
        if (events.length > 0) options.onStored(events)
        return result
      })
    } catch (error) {
      throw translate(error, unit, options.constraints)
    }
  }
  const refuse = (hooks: UnitOfWork['afterRefusal'], error: unknown): never => {
    if (!(error instanceof AlreadyDone)) for (const hook of hooks) hook()
    throw error
  }
  const persistently = async <T>(unitOptions: UnitOptions<T>): Promise<T> => {
    let hooks: UnitOfWork['afterRefusal'] = []
    for (let tries = 1; ; tries += 1) {
      const unit = new UnitOfWork(options.database, unitOptions.key, options.subjectKeys)
      try {
        return await attempt(unit, unitOptions)
      } catch (error) {
        if (tries === 1 && !unit.isSent && isConnectionLost(error)) {
          // By then the pool has heard of every other connection that broke with it.
          await pause(tries)
          continue
        }
        if (isDatabaseDown(error)) throw databaseDown()
        // A run that was refused before it came as far leaves undone what an earlier one did outside.
        if (unit.afterRefusal.length > 0) hooks = unit.afterRefusal
        if (!isConflict(error, options.constraints)) refuse(hooks, error)
        options.onConflict()
        if (tries === maxTries) {
          refuse(hooks, new DomainError('conflict', 'TOO_MUCH_CONTENTION', 'others keep changing this; try again'))
        }
        await pause(tries)
      }
    }
  }
  return { run: (unit) => countForeground(() => persistently(unit)) }
}
