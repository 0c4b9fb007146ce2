import { type JetStreamClient, type JetStreamManager, jetstream, jetstreamManager } from '@nats-io/jetstream'
import { connect } from '@nats-io/transport-node'
import { Client, Pool } from 'pg'
import { contextNames } from '../../services/contexts.ts'
import type { ChaosMesh } from './chaos-mesh.ts'
import type { ChaosNats, ChaosServer } from './servers.ts'

/** A message that no consumer can make sense of. */
export interface Poison {
  source: string
  consumers: readonly string[]
  payload: Uint8Array
  /** How it is wrong. */
  kind: string
}

/** All that faults are brought about in, and that is checked afterwards. */
export interface World {
  mesh: ChaosMesh
  postgres: ChaosServer
  nats: ChaosNats
  databasePrefix: string
  /** Where all its processes keep their files. */
  dataDir: string
  /** Connections to the contexts' databases, kept: to open one costs more than what is asked on it. */
  pools: Map<string, Pool>
  /** What was put onto streams since they were last wiped, and acknowledged there. */
  poison: Poison[]
  /** Of poison before: its letters may or may not be there. */
  lostPoison: Poison[]
  /** How often the streams were wiped. */
  wipes: number
}

/** The contexts whose databases and streams there are. */
export const contexts = contextNames

type Databases = Pick<World, 'postgres' | 'databasePrefix'>

const connectionTo = ({ postgres, databasePrefix }: Databases, context: string | undefined, answerWithinMs: number) => {
  const url = new URL(postgres.url)
  if (context) url.pathname = `/${databasePrefix}${context}`
  return { connectionString: url.toString(), connectionTimeoutMillis: 2000, query_timeout: answerWithinMs }
}

/** Runs SQL on one connection to a database, straight and not over a link. */
export const withDatabase = async <T>(
  databases: Databases,
  context: string | undefined,
  use: (client: Client) => Promise<T>,
  answerWithinMs = 10_000,
): Promise<T> => {
  const client = new Client(connectionTo(databases, context, answerWithinMs))
  client.on('error', () => {}) // the running query reports it
  await client.connect()
  try {
    return await use(client)
  } finally {
    await client.end().catch(() => {}) // it is gone already when the server is
  }
}

const poolOf = (world: World, context: string): Pool => {
  const known = world.pools.get(context)
  if (known) return known
  const pool = new Pool({ ...connectionTo(world, context, 10_000), max: 4 })
  pool.on('error', () => {}) // the server crashed under it; the next query opens another
  world.pools.set(context, pool)
  return pool
}

/** Asks a context's database, straight and not over a link. */
export const rowsOf = async <Row>(world: World, context: string, sql: string, values: unknown[] = []): Promise<Row[]> =>
  (await poolOf(world, context).query(sql, values)).rows as Row[]

/** Runs with a connection to NATS, straight and not over a link; fails at once where the server is away. */
export const withStreams = async <T>(
  { nats }: Pick<World, 'nats'>,
  use: (parts: { js: JetStreamClient; manager: JetStreamManager }) => Promise<T>,
): Promise<T> => {
  const connection = await connect({ servers: nats.url, reconnect: false, timeout: 2000 })
  try {
    return await use({ js: jetstream(connection), manager: await jetstreamManager(connection, { checkAPI: false }) })
  } finally {
    await connection.close()
  }
}
