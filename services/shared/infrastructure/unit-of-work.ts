import { AsyncLocalStorage } from 'node:async_hooks'
import type { ChangeSet, EntityManager, EntityProperty } from '@mikro-orm/core'
import { Aggregate, recordedEvents } from '../domain/aggregate.ts'
import type { DomainError } from '../domain/errors.ts'
import type { Ids } from '../domain/ids.ts'
import { inSteps, writeChangeSets, writeRevision } from './change-sets.ts'
import type { Database } from './database.ts'
import { type StoredEvent, storedEvents, writeEvents } from './event-store.ts'
import { failpoint } from './failpoints.ts'
import { type Guard, writeGuards } from './guards.ts'
import { sealingOf } from './personal/seal-events.ts'
import type { SubjectKeys } from './personal/subject-keys.ts'
import type { Row } from './prepared.ts'
import { runStatements, Statement } from './statement.ts'
import { derivedUuid } from './uuid.ts'

type Class<T> = abstract new (...args: never[]) => T

/** A query with its own parameters from $1 on: a compiled Kysely query, or plain SQL. */
export interface CompiledWrite {
  sql: string
  parameters: readonly unknown[]
}

const storage = new AsyncLocalStorage<UnitOfWork>()

/** The unit of work being run. Throws outside of one. */
export const currentUnit = (): UnitOfWork => {
  const unit = storage.getStore()
  if (!unit) throw new Error('called outside of a unit of work')
  return unit
}

/** The unit of work being run, if any. */
export const optionalUnit = (): UnitOfWork | undefined => storage.getStore()

/**
 * Everything one message changes: loaded and new entities, events, counters, rows. Collected while the handler runs,
 * written by one statement at its end.
 */
export class UnitOfWork implements Ids {
  private readonly database: Database
  private readonly key: string
  private readonly subjectKeys: SubjectKeys | undefined
  private entityManager: EntityManager | undefined
  private readonly guards: Guard[] = []
  private readonly writes: ((statement: Statement) => void)[] = []
  private readonly streams: Aggregate[] = []
  private readonly loaded = new Map<string, unknown>()
  private nextId = 0
  private readonly calls = new Map<string, number>()
  /** The person the unit is about, where that is not the caller: what is kept of it goes when they are erased. */
  subject: string | undefined
  /** Whether anything of it may have been written. */
  isSent = false
  /** Runs once the unit is committed. */
  readonly afterCommit: (() => void)[] = []
  /** Runs once it is certain that the unit has written nothing and is not run again. */
  readonly afterRefusal: (() => void)[] = []

  /** Without `subjectKeys` it stores no events that hold personal data. */
  constructor(database: Database, key: string, subjectKeys?: SubjectKeys) {
    this.database = database
    this.key = key
    this.subjectKeys = subjectKeys
  }

  run<T>(handler: () => Promise<T>): Promise<T> {
    return storage.run(this, handler)
  }

  private get em(): EntityManager {
    this.entityManager ??= this.database.orm.em.fork({ useContext: false }) as unknown as EntityManager
    return this.entityManager
  }

  /** The id that follows from the unit's key; the nth call gives the same one in every run. */
  next(): string {
    this.nextId += 1
    return derivedUuid(this.key, `id:${this.nextId}`)
  }

  /** The idempotency key for the unit's next call of a method; every run of the unit makes the same ones. */
  keyFor(method: string): string {
    const count = (this.calls.get(method) ?? 0) + 1
    this.calls.set(method, count)
    return derivedUuid(this.key, `call:${method}:${count}`)
  }

  /** The entity with this key, tracked; undefined when there is none. */
  async find<T extends object>(type: Class<T>, id: string): Promise<T | undefined> {
    const mark = `${type.name}:${id}`
    if (this.loaded.has(mark)) return this.loaded.get(mark) as T
    const meta = this.database.orm.getMetadata().get(type as never)
    const [key] = (meta.properties[meta.primaryKeys[0] as never] as EntityProperty).fieldNames
    const [row] = await this.database.look(`select * from "${meta.tableName}" where "${key}" = $1`, id)
    return row && this.track(type, id, row)
  }

  /** Entities by a condition over columns, tracked. `where` may end with `order by` and `limit`. */
  async select<T extends object>(type: Class<T>, where: string, ...values: unknown[]): Promise<T[]> {
    const meta = this.database.orm.getMetadata().get(type as never)
    const rows = await this.database.sql(`select * from "${meta.tableName}" where ${where}`, ...values)
    const columns = meta.primaryKeys.map((key) => (meta.properties[key] as EntityProperty).fieldNames[0] as string)
    return rows.map((row) => this.track(type, columns.map((column) => row[column]).join(':'), row))
  }

  private track<T extends object>(type: Class<T>, id: string, row: Row): T {
    const mark = `${type.name}:${id}`
    const known = this.loaded.get(mark)
    if (known) return known as T
    const entity = this.em.map(type as never, row as never) as T
    this.loaded.set(mark, entity)
    return entity
  }

  /** Saves a new entity at the end of the unit; an event-sourced aggregate saves its new events. */
  add(entity: object): void {
    if (entity instanceof Aggregate && !this.isMapped(entity)) this.streams.push(entity)
    else this.em.persist(entity)
  }

  remove(entity: object): void {
    this.em.remove(entity)
  }

  private isMapped(entity: object): boolean {
    return this.database.orm.getMetadata().has(entity.constructor as never)
  }

  /** Adds a write of rows that are no entities: read models, links, markers. */
  write(query: CompiledWrite): void {
    this.writes.push((statement) => void statement.addCompiled(query.sql, query.parameters))
  }

  /** As `write`, for a query that must return exactly `count` rows, or the unit is run again. */
  writeRows(query: CompiledWrite, count = 1): void {
    const refusal = { kind: 'conflict', index: -1 } as const
    this.writes.push((all) => all.expect(all.addCompiled(query.sql, query.parameters), count, refusal))
  }

  /** Changes a counter if its bounds allow; else the whole unit fails with `orElse`. */
  guard(guard: Guard): void {
    this.guards.push(guard)
  }

  /** What a failed guard means. */
  guardError(index: number): DomainError {
    return (this.guards[index] as Guard).orElse
  }

  private changeSets(): readonly ChangeSet<object>[] {
    if (!this.entityManager) return []
    const orm = this.em.getUnitOfWork()
    orm.computeChangeSets()
    return orm.getChangeSets() as readonly ChangeSet<object>[]
  }

  /**
   * Writes everything in one statement and returns the events it stored. `finish` adds the kernel's own rows.
   * The unit is spent afterwards, whatever happened.
   */
  async flush(now: Date, finish?: (statement: Statement) => void): Promise<StoredEvent[]> {
    const sets = this.changeSets()
    const aggregates = this.aggregates(sets)
    const sealing = await sealingOf(this.subjectKeys, aggregates.flatMap(recordedEvents))
    const events = storedEvents(aggregates, now, sealing.sealed)
    const steps = inSteps(sets)
    const before = steps.slice(0, -1).map((step) => {
      const statement = new Statement()
      writeChangeSets(statement, step)
      return statement
    })
    const statement = new Statement()
    writeChangeSets(statement, steps.at(-1) ?? [])
    const changed = new Set(sets.map((set) => set.entity))
    for (const [index, aggregate] of aggregates.entries()) {
      if (changed.has(aggregate) || !this.isMapped(aggregate)) continue
      const meta = this.database.orm.getMetadata().get(aggregate.constructor as never)
      writeRevision(statement, meta as never, aggregate, index)
    }
    writeGuards(statement, this.guards)
    for (const write of this.writes) write(statement)
    writeEvents(statement, events)
    sealing.write(statement, now)
    finish?.(statement)
    failpoint('commit:before')
    this.isSent = true
    await runStatements(this.database, [...before, statement])
    failpoint('commit:after')
    for (const hook of this.afterCommit) hook()
    return events
  }

  private aggregates(sets: readonly ChangeSet<object>[]): Aggregate[] {
    const all = new Set<object>(this.streams)
    for (const set of sets) all.add(set.entity)
    for (const entity of this.loaded.values()) all.add(entity as object)
    return [...all].filter((entity) => entity instanceof Aggregate && recordedEvents(entity).length > 0) as Aggregate[]
  }
}
