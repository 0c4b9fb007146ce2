import { Client } from 'pg'

/** Runs statements on a database, one after the other, and returns the rows of the last. */
export const onDatabase = async <Row extends object>(url: string, ...statements: string[]): Promise<Row[]> => {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    let rows: Row[] = []
    for (const statement of statements) ({ rows } = await client.query<Row>(statement))
    return rows
  } finally {
    await client.end()
  }
}

/** Makes a password cheap to prove: load programs open many connections at once. Needs Postgres 16 or later. */
export const cheapenSignIn = async (url: string): Promise<void> => {
  const { username, password } = new URL(url)
  const role = `alter role "${decodeURIComponent(username)}" password '${decodeURIComponent(password)}'`
  await onDatabase(url, 'set scram_iterations = 1', role)
}

/** The server's database of this name. */
export const databaseUrl = (server: string | undefined, name: string): string => {
  const url = new URL(server ?? '')
  url.pathname = `/${name}`
  return url.toString()
}
