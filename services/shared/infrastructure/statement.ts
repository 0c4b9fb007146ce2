import type { Database } from './database.ts'

/** Why a statement took itself back: a lost optimistic lock, a failed guard, a lost lease. */
export type Refusal = { kind: 'conflict' | 'guard' | 'epoch'; index: number }

const refusalCode = 'TR001'

/** What a failed statement says about itself, if it refused itself. */
export const refusalOf = (error: unknown): Refusal | undefined => {
  const { code, detail } = error as { code?: string; detail?: string }
  if (code !== refusalCode || !detail) return undefined
  const [kind, index] = detail.split(':')
  return { kind: kind as Refusal['kind'], index: Number(index) }
}

/**
 * Puts many writes into one prepared statement of CTEs: one round trip, one commit, all or nothing.
 * A write that must touch an exact number of rows raises when it did not, which undoes the others.
 */
export class Statement {
  readonly values: unknown[] = []
  private readonly ctes: string[] = []
  private readonly checks: string[] = []

  get isEmpty(): boolean {
    return this.ctes.length === 0
  }

  /** The placeholder of a new parameter. */
  value(value: unknown): string {
    this.values.push(value)
    return `$${this.values.length}`
  }

  /** Adds a query and returns the name it can be referred to by. */
  add(sql: string): string {
    const name = `q${this.ctes.length}`
    this.ctes.push(`${name} as (${sql})`)
    return name
  }

  /** Adds a compiled query whose own parameters are numbered from $1. */
  addCompiled(sql: string, parameters: readonly unknown[]): string {
    const offset = this.values.length
    this.values.push(...parameters)
    return this.add(sql.replace(/\$(\d+)/g, (_, index: string) => `$${Number(index) + offset}`))
  }

  /** Requires that a query returned exactly `count` rows. */
  expect(query: string, count: number, refusal: Refusal): void {
    this.checks.push(
      `case when (select count(*) from ${query}) <> ${count} then mesh_refuse('${refusal.kind}', ${refusal.index}) end`,
    )
  }

  get text(): string {
    return `with ${this.ctes.join(',\n')}\nselect ${this.checks.length > 0 ? this.checks.join(',\n') : '1'}`
  }
}

/** Runs what is not empty: one statement is a transaction as it is, several need one of their own around them. */
export const runStatements = async (database: Database, statements: readonly Statement[]): Promise<void> => {
  const [first, ...more] = statements.filter(({ isEmpty }) => !isEmpty)
  if (!first) return
  if (more.length === 0) return database.commit(first.text, first.values)
  await database.transaction(async (run) => {
    for (const { text, values } of [first, ...more]) await run(text, values)
  })
}
