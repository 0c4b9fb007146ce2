import { Client } from 'pg'
import { answer } from '../answers.ts'
import { delaysOf } from '../load/delays.ts'
import type { Query } from './queries-of.ts'

// The reference of searches: the same queries, prepared, over one connection, by the client that the mesh uses.

interface Asked {
  /** In turn. */
  queries: Query[]
  seconds: number
}

const [url = ''] = process.argv.slice(2)
const client = new Client({ connectionString: url })
await client.connect()
const names = new Map<string, string>()

const timed = ({ queries, seconds }: Asked) =>
  delaysOf(seconds, async (number) => {
    const { text, values } = queries[number % queries.length] as Query
    const name = names.get(text) ?? `q${names.size}`
    names.set(text, name)
    const { rows } = await client.query({ name, text, values: [...values] })
    if (rows.length === 0) throw new Error(`nothing was found by ${text}`)
  })

answer(undefined, { timed })
