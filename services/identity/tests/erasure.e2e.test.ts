import { readdirSync, readFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import { Code, ConnectError, createClient, type Interceptor } from '@connectrpc/connect'
import { createGrpcTransport } from '@connectrpc/connect-node'
import { Client } from 'pg'
import { expect, it } from 'vitest'
import { IdentityService } from '#gen/troupe/identity/v1/identity_service_pb.ts'
import { DeviceKind } from '#gen/troupe/notification/v1/device_pb.ts'
import { NotificationService } from '#gen/troupe/notification/v1/notification_service_pb.ts'
import { StoryService } from '#gen/troupe/story/v1/story_service_pb.ts'
import { bearer, eventually, testMesh } from '../../../tests/mesh.ts'

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

/** What of some texts, by name, stands where in the mesh's databases, as text or within bytes, e.g. `identity.users`. */
const whereFound = async (texts: Readonly<Record<string, string>>): Promise<{ what: string; place: string }[]> => {
  const forms = Object.entries(texts).flatMap(([what, text]) => [
    [what, text.toLowerCase()],
    [what, Buffer.from(text).toString('hex')],
  ])
  const all: { what: string; place: string }[] = []
  for (const database of await databases()) {
    await onDatabase(database, async (client) => {
      const tables = await client.query<{ name: string }>(
        `select tablename as name from pg_tables where schemaname = 'public' order by tablename`,
      )
      for (const { name } of tables.rows) {
        // Materialized: else each row is made into text once for every form.
        const sql = `with rows as materialized (select lower(t::text) as row from "${name}" t)
          select distinct what from rows, unnest($1::text[], $2::text[]) as form (what, text)
          where position(form.text in rows.row) > 0`
        const { rows } = await client.query<{ what: string }>(sql, [
          forms.map(([what]) => what),
          forms.map(([, text]) => text),
        ])
        const place = `${database.slice(mesh.databasePrefix.length)}.${name}`
        all.push(...rows.map(({ what }) => ({ what, place })))
      }
    })
  }
  return all
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

/** Calls from an address of this machine that nobody else calls from. */
const ownAddress = () => `127.${[83, 0, 0].map((byte) => byte + 1 + Math.floor(Math.random() * 100)).join('.')}`

const userAgent =
  (text: string): Interceptor =>
  (next) =>
  (request) => {
    request.header.set('user-agent', text)
    return next(request)
  }

/** Somebody all of whose data can be told from everybody else's. */
const person = async () => {
  const mark = crypto.randomUUID()
  const password = `Correct-horse-${crypto.randomUUID()}`
  const marks = {
    email: `unmistakable-${mark}@example.com`,
    displayName: `Unmistakable ${mark}`,
    phone: `+43${String(Math.random()).slice(2, 13).padEnd(11, '7')}`,
    street: `Unmistakable Street ${crypto.randomUUID()}`,
    city: `Unmistakable City ${crypto.randomUUID()}`,
    bio: `was born as ${crypto.randomUUID()}`,
    avatar: `https://example.com/${crypto.randomUUID()}.png`,
    userAgent: `Unmistakable/${crypto.randomUUID()}`,
    address: ownAddress(),
    pushToken: `push-token-${crypto.randomUUID()}`,
    deviceName: `phone of ${crypto.randomUUID()}`,
    story: `written by nobody but ${crypto.randomUUID()}`,
  }
  const { email, displayName, phone, street, city, bio, avatar, address } = marks
  const transport = (token?: string) =>
    createGrpcTransport({
      baseUrl: mesh.url,
      interceptors: [userAgent(marks.userAgent), ...(token ? [bearer(token)] : [])],
      nodeOptions: { localAddress: address } as object,
    })
  const anyone = createClient(IdentityService, transport())
  const headers = { 'idempotency-key': crypto.randomUUID() }
  await anyone.registerUser({ email, password, displayName }, { headers })
  const signIn = async () => {
    const { tokens, user } = await anyone.login({ email, password })
    return { id: user?.id ?? '', transport: transport(tokens?.accessToken) }
  }
  const signedIn = await signIn()
  const identity = createClient(IdentityService, signedIn.transport)
  await identity.updateProfile({ bio, avatarUrl: avatar })
  await identity.updateContactInfo({ phone, address: { lines: [street], city, postalCode: '1010', country: 'AT' } })
  const { pushToken: token, deviceName: name } = marks
  await createClient(NotificationService, signedIn.transport).registerDevice({ kind: DeviceKind.FCM, token, name })
  await createClient(StoryService, signedIn.transport).createStory({
    title: 'A tale',
    content: marks.story,
    language: 'en',
  })
  return { ...signedIn, password, marks, signIn }
}

it('a deleted account leaves nothing of its owner in any database, and the report says who erased what', async () => {
  const { id, password, marks, signIn } = await person()
  const operator = createClient(IdentityService, await mesh.operator())
  const suspension = { suspensionReason: `said to have ${crypto.randomUUID()}` }
  const texts = Object.values({ ...marks, ...suspension })
  const written = ['identity.idempotency', 'identity.users', 'story.story_versions', 'notification.devices']
  const told = ['notification.mailbox', 'story.authors', 'collaboration.people']
  const before = await eventually(async () => {
    const places = await whereFound(marks)
    return told.every((wanted) => places.some(({ place }) => place === wanted)) ? places : undefined
  })
  expect(before.map(({ place }) => place)).toEqual(expect.arrayContaining([...written, ...told]))
  // Each is found by the same search that must not find it later.
  expect([...new Set(before.map(({ what }) => what))].toSorted()).toEqual(Object.keys(marks).toSorted())
  await operator.suspendUser({ userId: id, reason: suspension.suspensionReason })
  expect(await whereFound(suspension)).toEqual([{ what: 'suspensionReason', place: 'identity.users' }])
  await operator.reactivateUser({ userId: id })
  const identity = createClient(IdentityService, (await signIn()).transport)
  const meanwhile = await whereFound({ ...marks, ...suspension })
  expect(meanwhile.filter(({ place }) => place.endsWith('event_store'))).toEqual([])
  // Events hold ids; whatever else they say of people is sealed. What is logged says nothing of them.
  expect((await filesWith([id])).map((file) => extname(file))).toContain('.blk')
  expect((await filesWith([''])).map((file) => extname(file))).toContain('.log')
  expect(await filesWith([...texts, password])).toEqual([])

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
    'booking',
    'catalog',
    'collaboration',
    'identity',
    'inventory',
    'narration',
    'notification',
    'payment',
    'story',
    'subscription',
    'videogen',
  ])
  expect(erasure.reports.find(({ context }) => context === 'story')?.erased).toEqual(['stories', 'name as an author'])
  const ofIdentity = erasure.reports.find(({ context }) => context === 'identity')?.erased
  expect(ofIdentity).toEqual(expect.arrayContaining(['second factor', 'API keys', 'mailed links']))
  const all = { ...marks, ...suspension }
  // The projection of names hears of it by itself, maybe a moment later.
  await eventually(async () => (await whereFound(all)).length === 0 || undefined).catch(() => undefined)
  expect(await whereFound(all)).toEqual([])
  expect(await filesWith(texts)).toEqual([])
})
