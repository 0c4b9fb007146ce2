import { Pool } from 'pg'
import { contextNames } from '../../../services/contexts.ts'
import type { TestMeshFacts } from '../../start-test-mesh.ts'

/** The databases of the mesh under attack, as its owner sees them. */
export interface Databases {
  contexts: readonly string[]
  sql<Row = Record<string, unknown>>(context: string, text: string, ...values: unknown[]): Promise<Row[]>
  close(): Promise<void>
}

/** The address of a context's database. */
const databaseUrl = ({ postgresUrl, databasePrefix }: TestMeshFacts, context: string): string => {
  const url = new URL(postgresUrl)
  url.pathname = `/${databasePrefix}${context}`
  return url.toString()
}

export const openDatabases = (facts: TestMeshFacts): Databases => {
  const pools = new Map<string, Pool>()
  for (const context of contextNames) {
    const pool = new Pool({ connectionString: databaseUrl(facts, context), max: 2 })
    pool.on('error', () => {}) // the server is stopped under it at the end
    pools.set(context, pool)
  }
  return {
    contexts: contextNames,
    sql: async <Row>(context: string, text: string, ...values: unknown[]) =>
      ((await pools.get(context)?.query(text, values))?.rows ?? []) as Row[],
    close: async () => {
      await Promise.all([...pools.values()].map((pool) => pool.end()))
    },
  }
}
