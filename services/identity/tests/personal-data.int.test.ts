import { fromBinary } from '@bufbuild/protobuf'
import { afterAll, beforeAll, expect, it } from 'vitest'
import {
  ApiKeyCreatedSchema,
  ApiKeyRevokedSchema,
  ProfileUpdatedSchema,
  UserRegisteredSchema,
  UserSuspendedSchema,
} from '#gen/troupe/identity/v1/identity_events_pb.ts'
import { eventOpener, type KeyOf } from '#shared/infrastructure/personal/open-event.ts'
import { newPerson, openIdentity, placesOf, type TestIdentity } from './fixture.ts'

let identity: TestIdentity
beforeAll(async () => {
  identity = await openIdentity('identity_personal_data')
})
afterAll(() => identity.close())

const keyOf: KeyOf = async (_, subject) => (await identity.subjectKeys.present([subject])).get(subject)

const payloadsOf = (userId: string, type: string) =>
  identity.database.sql<{ payload: Buffer }>(
    'select payload from event_store where stream_id = $1 and event_type = $2 order by position',
    userId,
    type,
  )

const rename = (id: string, displayName: string) => identity.call(() => identity.app.updateProfile(id, { displayName }))

it('keeps what events say of a person encrypted, and reads it back', async () => {
  const { id } = await newPerson(identity)
  await rename(id, 'Zoë Unmistakable')
  expect(await placesOf(identity, 'Zoë Unmistakable')).toEqual(['users'])
  const [row] = await payloadsOf(id, ProfileUpdatedSchema.typeName)
  const event = fromBinary(ProfileUpdatedSchema, row?.payload as Buffer)
  expect(event.displayName).toMatch(/^sealed:1:/)
  expect(event.language).toBe('en')
  await eventOpener(keyOf)('identity', ProfileUpdatedSchema, event)
  expect(event.displayName).toBe('Zoë Unmistakable')
})

it('keeps what an operator wrote of a person encrypted, and after a reactivation nowhere else', async () => {
  const { app, call } = identity
  const { id } = await newPerson(identity)
  const operator = { userId: 'operator', roles: [] }
  const reason = 'Sent unmistakable threats to a neighbour'
  await call(() => app.suspendUser(operator, id, reason))
  expect(await placesOf(identity, reason)).toEqual(['users'])
  const [row] = await payloadsOf(id, UserSuspendedSchema.typeName)
  const event = fromBinary(UserSuspendedSchema, row?.payload as Buffer)
  expect(event.reason).toMatch(/^sealed:1:/)
  await eventOpener(keyOf)('identity', UserSuspendedSchema, event)
  expect(event.reason).toBe(reason)
  await call(() => app.reactivateUser(operator, id))
  expect(await placesOf(identity, reason)).toEqual([])
})

it('keeps what a person called an API key encrypted, and reads it back', async () => {
  const { app, call } = identity
  const person = await newPerson(identity)
  const { items } = await call(() => app.listSessions(person.id, { pageSize: 1, pageToken: '' }))
  const owner = { userId: person.id, sessionId: items[0]?.id ?? '', address: '192.0.2.1' }
  const name = 'for Unmistakable & Sons'
  const { key } = await call(() => app.createApiKey(owner, { name, scopes: ['read'] }))
  await call(() => app.revokeApiKey(person.id, key.id))
  expect(await placesOf(identity, name)).toEqual(['api_keys'])
  for (const schema of [ApiKeyCreatedSchema, ApiKeyRevokedSchema]) {
    const [row] = await payloadsOf(key.id, schema.typeName)
    const event = fromBinary(schema, row?.payload as Buffer)
    expect(event.name).toMatch(/^sealed:1:/)
    await eventOpener(keyOf)('identity', schema, event)
    expect(event.name).toBe(name)
  }
})

it('reads events from before as they are', async () => {
  const { id } = await newPerson(identity)
  const [row] = await payloadsOf(id, UserRegisteredSchema.typeName)
  const event = fromBinary(UserRegisteredSchema, row?.payload as Buffer)
  event.displayName = 'In plain text'
  await eventOpener(keyOf)('identity', UserRegisteredSchema, event)
  expect(event.displayName).toBe('In plain text')
})

it('makes one key a person, whoever comes first', async () => {
  const { id } = await newPerson(identity)
  await identity.database.sql('delete from subject_keys where subject = $1', id)
  const names = Array.from({ length: 8 }, (_, index) => `Name ${index}`)
  const results = await Promise.allSettled(names.map((name) => rename(id, name)))
  const done = results.filter(({ status }) => status === 'fulfilled').length
  expect(done).toBeGreaterThan(0)
  const rows = await payloadsOf(id, ProfileUpdatedSchema.typeName)
  expect(rows).toHaveLength(done)
  for (const { payload } of rows) {
    const event = fromBinary(ProfileUpdatedSchema, payload)
    await eventOpener(keyOf)('identity', ProfileUpdatedSchema, event)
    expect(names).toContain(event.displayName)
  }
})

it('reads nothing of a person whose key was destroyed, and keeps nothing more of them', async () => {
  const { id } = await newPerson(identity)
  const { call, clock, kernel, subjectKeys } = identity
  await rename(id, 'Before')
  await call(async () => kernel().unit().write(subjectKeys.destruction(id, clock.now())))
  await rename(id, 'Afterwards')
  const rows = await payloadsOf(id, ProfileUpdatedSchema.typeName)
  const events = rows.map(({ payload }) => fromBinary(ProfileUpdatedSchema, payload))
  expect(events.map(({ displayName }) => displayName)).toEqual([expect.stringMatching(/^sealed:1:/), ''])
  for (const event of events) await eventOpener(keyOf)('identity', ProfileUpdatedSchema, event)
  expect(events.map(({ displayName }) => displayName)).toEqual(['', ''])
  expect(await placesOf(identity, 'Afterwards')).toEqual(['users'])
})
