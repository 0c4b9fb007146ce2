import { readdirSync, readFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import { Code, ConnectError, createClient } from '@connectrpc/connect'
import { Client } from 'pg'
import { expect, it } from 'vitest'
import { IdentityService } from '#gen/troupe/identity/v1/identity_service_pb.ts'
import { StoryService } from '#gen/troupe/story/v1/story_service_pb.ts'
import { eventually, testMesh } from '../../../tests/mesh.ts'

const mesh = testMesh()

const onDatabase = async <T>(name: string, run: (client: Client) => Promise<T>): Promise<T> => {
  const url = new URL(mesh.postgresUrl)
  url.pathname = `/${name}`
  const client = new Client({ connectionString: url.toString() })
  await client.connect()
  return run(client).finally(() => client.end())
}

const databases = (): Promise<string[]> =>
  onDatabase('postgres', async (client) => {
    const sql = 'select datname from pg_database where starts_with(datname, $1) order by datname'
    const { rows } = await client.query<{ datname: string }>(sql, [mesh.databasePrefix])
    return rows.map(({ datname }) => datname)
  })

/** Where in the mesh's databases one of some texts stands, as text or within bytes, e.g. `identity.users`. */
const placesOf = async (texts: readonly string[]): Promise<string[]> => {
  const patterns = texts.flatMap((text) => [text, Buffer.from(text).toString('hex')])
  const found: string[] = []
  for (const database of await databases()) {
    await onDatabase(database, async (client) => {
      const { rows } = await client.query<{ name: string }>(
        `select tablename as name from pg_tables where schemaname = 'public' order by tablename`,
      )
      for (const { name } of rows) {
        const sql = `select 1 from "${name}" t where exists
          (select from unnest($1::text[]) as pattern where position(lower(pattern) in lower(t::text)) > 0) limit 1`
        const { rowCount } = await client.query(sql, [patterns])
        if (rowCount) found.push(`${database.slice(mesh.databasePrefix.length)}.${name}`)
      }
    })
  }
  return found
}

/** The files of logs and of JetStream in which one of some texts stands; looks again where one went meanwhile. */
const filesWith = (texts: readonly string[]): Promise<string[]> =>
  eventually(() =>
    mesh.folders.flatMap((folder) =>
      readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map(({ parentPath, name }) => join(parentPath, name))
        .filter((file) => {
          const bytes = readFileSync(file)
          return texts.some((text) => bytes.includes(text))
        }),
    ),
  )

const person = async () => {
  const mark = crypto.randomUUID()
  const email = `unmistakable-${mark}@example.com`
  const displayName = `Unmistakable ${mark}`
  const password = `Correct-horse-${crypto.randomUUID()}`
  const anyone = createClient(IdentityService, mesh.transport())
  const headers = { 'idempotency-key': crypto.randomUUID() }
  await anyone.registerUser({ email, password, displayName }, { headers })
  const { tokens, user } = await anyone.login({ email, password })
  return { id: user?.id ?? '', email, displayName, password, transport: mesh.transport(tokens?.accessToken) }
}

it('a deleted account leaves nothing of its owner in any database, and the report says who erased what', async () => {
  const { id, email, displayName, password, transport } = await person()
  const identity = createClient(IdentityService, transport)
  const text = `written by nobody but ${crypto.randomUUID()}`
  await createClient(StoryService, transport).createStory({ title: 'A tale', content: text, language: 'en' })
  const marks = [email, displayName, text]
  const written = ['identity.idempotency', 'identity.users', 'story.story_versions']
  const told = ['notification.mailbox', 'story.authors']
  const before = await eventually(async () => {
    const places = await placesOf(marks)
    return told.every((place) => places.includes(place)) ? places : undefined
  })
  expect(before).toEqual(expect.arrayContaining([...written, ...told]))
  expect(before.filter((place) => place.endsWith('event_store'))).toEqual([])
  // Events hold ids; whatever else they say of people is sealed. What is logged says nothing of them.
  expect((await filesWith([id])).map((file) => extname(file))).toContain('.blk')
  expect((await filesWith([''])).map((file) => extname(file))).toContain('.log')
  expect(await filesWith([...marks, password])).toEqual([])

  const operator = createClient(IdentityService, await mesh.operator())
  const missing = await operator.getErasure({ userId: id }).catch((error: unknown) => ConnectError.from(error))
  expect(missing).toMatchObject({ code: Code.NotFound })
  await identity.deleteUser({ password })
  const erasure = await eventually(async () => {
    const { erasure: found } = await operator.getErasure({ userId: id })
    return found?.completedAt ? found : undefined
  })
  expect(erasure.awaited).toEqual([])
  expect(erasure.reports.map(({ context }) => context).toSorted()).toEqual([
    'access',
    'identity',
    'notification',
    'story',
    'subscription',
  ])
  expect(erasure.reports.find(({ context }) => context === 'story')?.erased).toEqual(['stories', 'name as an author'])
  // The projection of names hears of it by itself, maybe a moment later.
  await eventually(async () => (await placesOf(marks)).length === 0 || undefined)
  expect(await placesOf(marks)).toEqual([])
  expect(await filesWith(marks)).toEqual([])
})
