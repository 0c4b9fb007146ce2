import type { ChangeSet, EntityMetadata, EntityProperty } from '@mikro-orm/core'
import { Aggregate, recordedEvents } from '../domain/aggregate.ts'
import type { Statement } from './statement.ts'

const column = (name: string) => `"${name}"`

/**
 * Database form of a mapped value. MikroORM has turned `p.json()` into text already, embedded objects and arrays not:
 * Postgres would take an array for its own kind.
 */
const parameter = (property: EntityProperty, value: unknown): unknown => {
  if (value === undefined || value === null) return null
  const isJson = property.columnTypes?.[0]?.startsWith('json')
  return isJson && typeof value !== 'string' ? JSON.stringify(value) : value
}

const columnsOf = (changes: ChangeSet<object>): [string, unknown][] =>
  Object.entries(changes.payload as Record<string, unknown>).map(([key, value]) => {
    const property = changes.meta.properties[key as never] as EntityProperty
    return [property.fieldNames[0] as string, parameter(property, value)]
  })

/** How far a save moves an aggregate's revision: one an event, so that events number themselves by it. */
const step = (entity: object): number => (entity instanceof Aggregate ? Math.max(1, recordedEvents(entity).length) : 1)

const keyCondition = (statement: Statement, meta: EntityMetadata, entity: Record<string, unknown>): string =>
  meta.primaryKeys
    .map((key) => {
      const property = meta.properties[key as never] as EntityProperty
      return `${column(property.fieldNames[0] as string)} = ${statement.value(entity[key as string])}`
    })
    .join(' and ')

const revisionCondition = (statement: Statement, meta: EntityMetadata, entity: Record<string, unknown>): string => {
  if (!meta.versionProperty) return ''
  const property = meta.properties[meta.versionProperty as never] as EntityProperty
  return ` and ${column(property.fieldNames[0] as string)} = ${statement.value(entity[meta.versionProperty as string])}`
}

const insert = (statement: Statement, changes: ChangeSet<object>): void => {
  const columns = columnsOf(changes).filter(([name]) => name !== 'revision')
  if (changes.meta.versionProperty) columns.push(['revision', step(changes.entity)])
  const names = columns.map(([name]) => column(name)).join(', ')
  const values = columns.map(([, value]) => statement.value(value)).join(', ')
  statement.add(`insert into ${column(changes.meta.tableName)} (${names}) values (${values})`)
}

const update = (
  statement: Statement,
  meta: EntityMetadata,
  entity: object,
  columns: [string, unknown][],
  index: number,
): void => {
  const sets = columns
    .filter(([name]) => name !== 'revision')
    .map(([name, value]) => `${column(name)} = ${statement.value(value)}`)
  if (meta.versionProperty) sets.push(`revision = revision + ${step(entity)}`)
  const record = entity as Record<string, unknown>
  const where = keyCondition(statement, meta, record) + revisionCondition(statement, meta, record)
  const query = statement.add(`update ${column(meta.tableName)} set ${sets.join(', ')} where ${where} returning 1`)
  statement.expect(query, 1, { kind: 'conflict', index })
}

const remove = (statement: Statement, changes: ChangeSet<object>, index: number): void => {
  const record = changes.entity as Record<string, unknown>
  const where = keyCondition(statement, changes.meta, record) + revisionCondition(statement, changes.meta, record)
  const query = statement.add(`delete from ${column(changes.meta.tableName)} where ${where} returning 1`)
  statement.expect(query, 1, { kind: 'conflict', index })
}

/** Adds the writes of MikroORM's change sets. */
export const writeChangeSets = (statement: Statement, sets: readonly ChangeSet<object>[]): void => {
  for (const [index, changes] of sets.entries()) {
    if (changes.type === 'create') insert(statement, changes)
    else if (isRemoval(changes)) remove(statement, changes, index)
    else update(statement, changes.meta, changes.entity, columnsOf(changes), index)
  }
}

/** Adds the move of the lock of an aggregate that recorded events without changing its row. */
export const writeRevision = (statement: Statement, meta: EntityMetadata, entity: Aggregate, index: number): void =>
  update(statement, meta, entity, [], index)

const isUpdate = ({ type }: ChangeSet<object>): boolean => type.startsWith('update')
const isRemoval = ({ type }: ChangeSet<object>): boolean => type.startsWith('delete')

/** The unique keys that an update changes. */
const movedKeys = ({ meta, payload }: ChangeSet<object>): string[] =>
  Object.keys(payload).filter((key) => (meta.properties[key as never] as EntityProperty | undefined)?.unique)

const takesFrom = (taker: ChangeSet<object>, holder: ChangeSet<object>): boolean =>
  taker !== holder &&
  taker.meta === holder.meta &&
  movedKeys(taker).some((key) => taker.payload[key as never] === holder.originalEntity?.[key as never])

/** Updates in an order in which each unique key is free before it is taken, as far as there is one. */
const ordered = (updates: readonly ChangeSet<object>[]): ChangeSet<object>[] => {
  const left = [...updates]
  const inOrder: ChangeSet<object>[] = []
  while (left.length > 0) {
    const free = left.findIndex((taker) => !left.some((holder) => takesFrom(taker, holder)))
    inOrder.push(...left.splice(Math.max(0, free), 1))
  }
  return inOrder
}

/**
 * The change sets in the order and grouping in which they may be written. The parts of one statement see one
 * snapshot, so a unique key that one change set frees and another takes needs a statement each; mostly there is one.
 */
export const inSteps = (sets: readonly ChangeSet<object>[]): (readonly ChangeSet<object>[])[] => {
  const tables = Map.groupBy(sets, (set) => set.meta.tableName)
  const depend = [...tables.values()].some(
    (ofTable) =>
      ofTable.length > 1 &&
      ofTable.some(
        (set) =>
          (isUpdate(set) && movedKeys(set).length > 0) ||
          (isRemoval(set) && ofTable.some(({ type }) => type === 'create')),
      ),
  )
  if (!depend) return [sets]
  const updates = sets.filter(isUpdate)
  const [moving, staying] = [
    updates.filter((set) => movedKeys(set).length > 0),
    updates.filter((set) => movedKeys(set).length === 0),
  ]
  const steps = [
    sets.filter(isRemoval),
    ...ordered(moving).map((set) => [set]),
    staying,
    sets.filter(({ type }) => type === 'create'),
  ]
  return steps.filter((step) => step.length > 0)
}
