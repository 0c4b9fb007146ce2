import { setTimeout as sleep } from 'node:timers/promises'
import { createClient, type Transport } from '@connectrpc/connect'
import { describe, expect, it } from 'vitest'
import { AccessService } from '#gen/troupe/access/v1/access_service_pb.ts'
import { IdentityService } from '#gen/troupe/identity/v1/identity_service_pb.ts'
import { MeshService } from '#gen/troupe/mesh/v1/mesh_service_pb.ts'
import { StoryService } from '#gen/troupe/story/v1/story_service_pb.ts'
import { dateOf } from '#shared/domain/timestamp.ts'
import { apiKeyText } from '#shared/infrastructure/api-key-text.ts'
import { eventually, outcomeOf, type TestUser, testMesh } from '../../../tests/mesh.ts'

const mesh = testMesh()
const identity = (transport: Transport) => createClient(IdentityService, transport)
const all = ['read', 'write', 'operate']

const newKey = async ({ transport }: Pick<TestUser, 'transport'>, scopes = all) => {
  const { apiKey, secret } = await identity(transport).createApiKey({ name: crypto.randomUUID(), scopes })
  return { id: apiKey?.id ?? '', secret, transport: mesh.transport(secret) }
}

/** Calls of every service that members use, public ones too. */
const callsOf = (transport: Transport) => [
  () => identity(transport).getMe({}),
  () => createClient(AccessService, transport).listMyPermissions({}),
  () => createClient(StoryService, transport).createStory({ title: 'By a program' }),
  () => createClient(StoryService, transport).listStories({}),
]

const promisedMs = 2000
const watchedMs = 600

const expectRefusedInTime = async (end: () => Promise<unknown>, calls: (() => Promise<unknown>)[]) => {
  for (const call of calls) expect(await outcomeOf(call())).toBe('in')
  await end()
  const endedAt = performance.now()
  const late: string[] = []
  while (performance.now() - endedAt < promisedMs + watchedMs) {
    const isLate = performance.now() - endedAt >= promisedMs
    const outcomes = await Promise.all(calls.map((call) => outcomeOf(call())))
    if (isLate) late.push(...outcomes)
    await sleep(100)
  }
  expect(new Set(late)).toEqual(new Set(['Unauthenticated INVALID_API_KEY']))
}

describe('an API key', () => {
  it('is its owner on every service, and refused on each within two seconds of being revoked', async () => {
    const user = await mesh.newUser()
    const key = await newKey(user)
    expect(key.secret).toMatch(/^trp_[0-9A-Za-z]{49}$/)
    expect((await identity(key.transport).getMe({})).user?.id).toBe(user.id)
    const { story } = await createClient(StoryService, key.transport).createStory({ title: 'By a program' })
    expect(story?.authorId).toBe(user.id)
    await expectRefusedInTime(() => identity(user.transport).revokeApiKey({ apiKeyId: key.id }), callsOf(key.transport))
  })

  it('is refused within two seconds when its owner is suspended, and again let in when they are not', async () => {
    const user = await mesh.newUser()
    const key = await newKey(user)
    const operator = identity(await mesh.operator())
    const suspend = () => operator.suspendUser({ userId: user.id, reason: 'spam' })
    await expectRefusedInTime(suspend, callsOf(key.transport))
    await operator.reactivateUser({ userId: user.id })
    await eventually(async () => (await outcomeOf(identity(key.transport).getMe({}))) === 'in' || undefined)
  })

  it('is refused within two seconds when its owner is gone', async () => {
    const user = await mesh.newUser()
    const key = await newKey(user)
    const leave = () => identity(user.transport).deleteUser({ password: user.password })
    await expectRefusedInTime(leave, callsOf(key.transport))
  })

  it('does what its scopes are for, and no more', async () => {
    const user = await mesh.newUser()
    const [reads, writes] = [await newKey(user, ['read']), await newKey(user, ['write'])]
    const tooSmall = 'PermissionDenied SCOPE_REQUIRED'
    for (const [{ transport }, reading, writing] of [
      [reads, 'in', tooSmall],
      [writes, tooSmall, 'in'],
    ] as const) {
      const outcomes = await Promise.all(callsOf(transport).map((call) => outcomeOf(call())))
      expect(outcomes).toEqual([reading, reading, writing, reading])
      expect(await outcomeOf(createClient(MeshService, transport).getLag({}))).toBe(tooSmall)
    }
  })

  it('of an operator needs a scope of its own for what operators do', async () => {
    const transport = await mesh.operator()
    const [plain, operating] = [await newKey({ transport }, ['read', 'write']), await newKey({ transport })]
    const work = (by: Transport) => [
      () => createClient(MeshService, by).getLag({}),
      () => createClient(AccessService, by).listRoles({}),
      () => identity(by).listUsers({ pageSize: 1 }),
    ]
    for (const call of work(plain.transport)) expect(await outcomeOf(call())).toBe('PermissionDenied SCOPE_REQUIRED')
    for (const call of work(operating.transport)) expect(await outcomeOf(call())).toBe('in')
    const member = await newKey(await mesh.newUser())
    for (const call of work(member.transport)) {
      expect(await outcomeOf(call())).toBe('PermissionDenied PERMISSION_DENIED')
    }
    for (const { id } of [plain, operating]) await identity(transport).revokeApiKey({ apiKeyId: id })
  })

  it('never manages the account, whatever its scopes', async () => {
    const user = await mesh.newUser()
    const key = await newKey(user)
    const by = identity(key.transport)
    const { password } = user
    for (const call of [
      () => by.createApiKey({ name: 'another', scopes: ['read'] }),
      () => by.listApiKeys({}),
      () => by.revokeApiKey({ apiKeyId: key.id }),
      () => by.listSessions({}),
      () => by.changePassword({ currentPassword: password, newPassword: `${password}-2` }),
      () => by.deleteUser({ password }),
    ]) {
      expect(await outcomeOf(call())).toBe('PermissionDenied SESSION_REQUIRED')
    }
  })

  it('that is none is refused everywhere, also where none is needed', async () => {
    const unknown = apiKeyText(crypto.getRandomValues(new Uint8Array(32)))
    for (const text of [unknown, unknown.slice(0, -1), `${unknown}x`, 'trp_x']) {
      const calls = callsOf(mesh.transport(text)).map((call) => outcomeOf(call()))
      expect(new Set(await Promise.all(calls))).toEqual(new Set(['Unauthenticated INVALID_API_KEY']))
    }
  })

  it('is shown once, and listed by its beginning with its last use', async () => {
    const user = await mesh.newUser()
    const own = identity(user.transport)
    const headers = { 'idempotency-key': crypto.randomUUID() }
    const make = () => own.createApiKey({ name: 'ci', scopes: ['read'] }, { headers })
    const { secret } = await make()
    expect(await outcomeOf(make())).toBe('FailedPrecondition IDEMPOTENCY_RESPONSE_WITHHELD')
    expect((await own.listApiKeys({})).apiKeys[0]?.lastUsedAt).toBeUndefined()
    await identity(mesh.transport(secret)).getMe({})
    const { apiKeys } = await own.listApiKeys({})
    expect(apiKeys).toMatchObject([{ name: 'ci', prefix: secret.slice(0, 12), scopes: ['read'] }])
    const usedAt = dateOf(apiKeys[0]?.lastUsedAt)?.getTime() ?? 0
    expect(usedAt).toBeGreaterThanOrEqual(dateOf(apiKeys[0]?.createdAt)?.getTime() ?? Number.NaN)
    expect(JSON.stringify(apiKeys, (_, value) => (typeof value === 'bigint' ? `${value}` : value))).not.toContain(
      secret.slice(12),
    )
  })

  it('is refused with what is wrong with it', async () => {
    const own = identity((await mesh.newUser()).transport)
    const make = (over: object) => outcomeOf(own.createApiKey({ name: 'ci', scopes: ['read'], ...over }))
    expect(await make({ expiresAt: { seconds: 1n } })).toBe('InvalidArgument INVALID_EXPIRY')
    for (const bad of [{ name: ' ' }, { name: 'x'.repeat(81) }, { scopes: [] }, { scopes: ['admin'] }]) {
      expect(await make(bad)).toMatch(/^InvalidArgument /)
    }
    expect(await make({})).toBe('in')
    expect(await make({})).toBe('AlreadyExists API_KEY_NAME_TAKEN')
  })
})
