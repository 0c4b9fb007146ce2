import { Code, ConnectError } from '@connectrpc/connect'
import { uuidv7 } from '#shared/infrastructure/uuid.ts'
import type { Kernel } from '#shared/presentation/context.ts'
import { openKernel } from '../../shared/tests/open-kernel.ts'
import { assemble, identity } from '../service.ts'

/** What access was told, and what it refuses. */
const standIn = () => {
  const asked: { userId: string; accountVersion: number }[] = []
  const keepers = new Set<string>()
  const standDown = async (request: { userId: string; accountVersion: number }) => {
    if (keepers.has(request.userId)) throw new ConnectError('nobody would be left', Code.FailedPrecondition)
    asked.push(request)
    return {}
  }
  return { asked, keepers, client: () => ({ standDown }) as never }
}

/** Makes assemblies of identity on one database, with a clock that stands still until it is moved. */
export const openIdentity = async (name: string, env: Record<string, string> = {}) => {
  const { kernel: made, call, ...opened } = await openKernel(identity, name, { env })
  const { config } = made
  const { client, ...access } = standIn()
  const kernel = (masterKey: Uint8Array = config.masterKey): Kernel => ({
    ...made,
    client,
    config: { ...config, masterKey },
  })
  const parts = await assemble(kernel())
  made.env.done()
  return {
    ...parts,
    ...opened,
    kernel,
    config,
    /** `asked`: who was told to stand down; `keepers`: who is refused that. */
    access,
    /** Runs a use case as one unit of work, as an rpc from an address does. */
    call: <T>(run: () => Promise<T>, address = '192.0.2.1'): Promise<T> =>
      call(run, { principal: { kind: 'anonymous' }, actor: '', address }),
  }
}

export type TestIdentity = Awaited<ReturnType<typeof openIdentity>>

/** A password that nobody guesses. */
export const goodPassword = 'correct-horse-battery'

/** Opens an account and a session. */
export const newPerson = async ({ app, call }: TestIdentity, email = `${uuidv7()}@example.com`) => {
  const input = { email, password: goodPassword, displayName: 'Ann Author', language: '', source: 'test' }
  const { id } = await call(() => app.registerUser(input))
  const signedIn = await call(() => app.login(email, goodPassword, { device: 'test', address: '192.0.2.1' }))
  return { id, email, ...signedIn }
}

/** Where in the database a text stands, as text or within bytes: tables, each once. */
export const placesOf = async ({ database }: TestIdentity, text: string): Promise<string[]> => {
  const tables = await database.sql<{ name: string }>(
    `select tablename as name from pg_tables where schemaname = 'public' order by tablename`,
  )
  const hex = Buffer.from(text).toString('hex')
  const found: string[] = []
  for (const { name } of tables) {
    const rows = await database.sql(
      `select 1 from "${name}" t where position($1 in t::text) > 0 or position($2 in t::text) > 0 limit 1`,
      text,
      hex,
    )
    if (rows.length > 0) found.push(name)
  }
  return found
}
