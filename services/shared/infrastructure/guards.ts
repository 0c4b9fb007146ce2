import type { DomainError } from '../domain/errors.ts'
import type { Statement } from './statement.ts'

/**
 * A bounded change of one row of hot counters. No counter goes below zero, nor above the column that `atMost` names
 * for it.
 */
export interface Guard {
  table: string
  /** The row's key column and value. */
  key: { column: string; value: string }
  /** Counter columns and what is added to each. */
  add: Readonly<Record<string, number>>
  /** Upper bounds: counter column → column with its limit. */
  atMost?: Readonly<Record<string, string>>
  /** Thrown when a bound does not allow it, or the row is missing. */
  orElse: DomainError
}

interface MergedGuard extends Guard {
  index: number
}

/** Guards on one row become one, reported as the first of them. */
const merge = (guards: readonly Guard[]): MergedGuard[] => {
  const merged = new Map<string, MergedGuard>()
  for (const [index, guard] of guards.entries()) {
    const id = `${guard.table}\0${guard.key.value}`
    const before = merged.get(id)
    const add: Record<string, number> = { ...before?.add }
    for (const [name, amount] of Object.entries(guard.add)) add[name] = (add[name] ?? 0) + amount
    merged.set(id, { ...(before ?? { ...guard, index }), add, atMost: { ...before?.atMost, ...guard.atMost } })
  }
  return [...merged.values()]
}

/** Rows are locked in the order of their keys before any is changed, so that units never wait in a circle. */
const writeLocks = (statement: Statement, table: string, guards: readonly MergedGuard[]): string => {
  const column = (guards[0] as MergedGuard).key.column
  const keys = guards.map((guard) => statement.value(guard.key.value)).join(', ')
  return statement.add(
    `select "${column}" as key from "${table}" where "${column}" in (${keys}) order by "${column}" for no key update`,
  )
}

const writeGuard = (statement: Statement, locks: string, guard: MergedGuard): void => {
  const amounts = Object.entries(guard.add).map(([name, amount]) => [name, statement.value(amount)] as const)
  const sets = amounts.map(([name, amount]) => `"${name}" = t."${name}" + ${amount}::bigint`).join(', ')
  const bounds = amounts.map(([name, amount]) => {
    const limit = guard.atMost?.[name]
    const value = `t."${name}" + ${amount}::bigint`
    return limit ? `${value} between 0 and t."${limit}"` : `${value} >= 0`
  })
  const query = statement.add(
    `update "${guard.table}" t set ${sets} from ${locks} l where t."${guard.key.column}" = l.key` +
      ` and t."${guard.key.column}" = ${statement.value(guard.key.value)} and ${bounds.join(' and ')} returning 1`,
  )
  statement.expect(query, 1, { kind: 'guard', index: guard.index })
}

/** Adds guarded counter changes to a statement. */
export const writeGuards = (statement: Statement, guards: readonly Guard[]): void => {
  const tables = Map.groupBy(merge(guards), (guard) => guard.table)
  for (const table of [...tables.keys()].sort()) {
    const rows = tables.get(table) as MergedGuard[]
    const locks = writeLocks(statement, table, rows)
    for (const guard of rows) writeGuard(statement, locks, guard)
  }
}
