import type { Databases } from '../stage/databases.ts'

/** What the kernel keeps about its own work, which goes on by itself. */
const ownBusiness = [
  'audit_head',
  // A film that waits for its voices is looked at half a minute later.
  'awaited_films',
  'consumer_leases',
  'idempotency',
  'inbox',
  'login_failures',
  // Mails say once more, with times in words, what stands in other tables.
  'mailbox',
  'mesh_clock',
  'outbox',
  'process_commands',
  'process_timers',
  'rate_limits',
  'relay_state',
  'work',
]

/** Which rows of a table are looked at: what is recorded every minute, whoever calls meanwhile, are not. */
const asked = (table: string) =>
  table === 'event_store' ? `event_type <> 'troupe.access.v1.AuditLogAnchored'` : 'true'

/** Where every database stands. */
export type Mark = ReadonlyMap<string, { transaction: string; counts: ReadonlyMap<string, number> }>

const tablesOf = async ({ sql }: Databases, context: string): Promise<string[]> => {
  const rows = await sql<{ name: string }>(
    context,
    `select tablename as name from pg_tables where schemaname = 'public' and tablename <> all($1) order by 1`,
    ownBusiness,
  )
  return rows.map(({ name }) => name)
}

const countsOf = async (databases: Databases, context: string, tables: readonly string[]) => {
  const counts = tables.map(async (table) => {
    const [row] = await databases.sql<{ n: string }>(
      context,
      `select count(*) as n from "${table}" t where ${asked(table)}`,
    )
    return [table, Number(row?.n)] as const
  })
  return new Map(await Promise.all(counts))
}

/** Notes where every database stands now. */
export const markRows = async (databases: Databases): Promise<Mark> => {
  const marks = databases.contexts.map(async (context) => {
    const [row] = await databases.sql<{ id: string }>(
      context,
      'select pg_snapshot_xmax(pg_current_snapshot())::text as id',
    )
    return [
      context,
      { transaction: row?.id ?? '0', counts: await countsOf(databases, context, await tablesOf(databases, context)) },
    ] as const
  })
  return new Map(await Promise.all(marks))
}

/** The rows that are new or different since a mark, as `context.table {…}`, and by how many each table grew. */
export const rowsSince = async (databases: Databases, mark: Mark): Promise<string[]> => {
  const found = databases.contexts.map(async (context) => {
    const { transaction = '0', counts } = mark.get(context) ?? {}
    const tables = await tablesOf(databases, context)
    const changed = tables.map(async (table) => {
      const rows = await databases.sql<{ row: string }>(
        context,
        `select (to_jsonb(t) - 'payload' - 'position' - 'document' - 'sequence')::text as row from "${table}" t
         where xmin::text::bigint >= $1 and ${asked(table)}`,
        transaction,
      )
      return rows.map(({ row }) => `${context}.${table} ${row}`)
    })
    const now = await countsOf(databases, context, tables)
    const grown = [...now].flatMap(([table, count]) => {
      const by = count - (counts?.get(table) ?? 0)
      return by === 0 ? [] : [`${context}.${table} has ${by > 0 ? '+' : ''}${by} rows`]
    })
    return [...(await Promise.all(changed)).flat(), ...grown]
  })
  return (await Promise.all(found)).flat()
}

/** Rows with all that differs from one request to the next taken out: ids, times, hashes, numbers of telephones. */
export const withoutIdentity = (rows: readonly string[]): string[] =>
  rows
    .map((row) =>
      row
        .replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi, '<id>')
        .replaceAll(/\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(\+00:00|Z)?/g, '<time>')
        .replaceAll(/\\\\x[0-9a-f]*/g, '<bytes>')
        .replaceAll(/\b[0-9a-f]{64}\b/g, '<hash>')
        .replaceAll(/\btrp_\w+/g, '<key>')
        .replaceAll(/"[\w-]{43}"/g, '"<hash>"')
        .replaceAll(/\$argon2id[^"]*/g, '<hash>')
        // What it hides stands in plain text in the tables.
        .replaceAll(/sealed:1:[\w-]*/g, '<sealed>')
        // How many invoices there were before.
        .replaceAll(/\b\d+-\d{6,}\b/g, '<number>')
        .replaceAll(/\d{8,}/g, '<digits>')
        .replaceAll(/"last": ?\d+/g, '<number>')
        .replaceAll(/"(seconds|nanos)": ?"?\d+"?/g, '<time>'),
    )
    .sort()
