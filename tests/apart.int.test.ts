import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createClient, type Transport } from '@connectrpc/connect'
import { beforeAll, describe, expect, it } from 'vitest'
import { AccessService } from '#gen/troupe/access/v1/access_service_pb.ts'
import { IdentityService } from '#gen/troupe/identity/v1/identity_service_pb.ts'
import { StoryService } from '#gen/troupe/story/v1/story_service_pb.ts'
import { expectRefusedInTime } from '../services/access/tests/refusals.ts'
import { contextNames } from '../services/contexts.ts'
import { timestamp } from '../services/shared/domain/timestamp.ts'
import { apiKeyText } from '../services/shared/infrastructure/api-key-text.ts'
import { eventually, outcomeOf, testMesh } from './mesh.ts'
import { groundOf, testMatrix } from './security/smoke.ts'
import { minute } from './security/stage/mesh-clock.ts'
import type { OwnMesh } from './start-test-mesh.ts'

// Takes from everybody what everybody needs, stops contexts and moves the clock: on a mesh of its own, in which those
// that are stopped are processes. It is attacked when that is over.

const stopped = ['access', 'identity']
const ground = groundOf(
  'split',
  contextNames.filter((name) => !stopped.includes(name)),
)
let own: OwnMesh
let mesh: ReturnType<typeof testMesh>
let operator: ReturnType<typeof createClient<typeof AccessService>>

beforeAll(async () => {
  own = ground.stage().own
  mesh = testMesh(own.facts)
  operator = createClient(AccessService, await mesh.operator())
})

const list = (by: Transport) => outcomeOf(createClient(StoryService, by).listStories({}))

describe('what is taken from every account', () => {
  it('is refused in another process within two seconds, and allowed again once it is given back', async () => {
    const user = await mesh.newAuthor()
    const stories = createClient(StoryService, user.transport)
    const create = () => stories.createStory({ title: 'Once', content: 'Once upon a time.' })
    const everybodys = { role: 'member', permission: 'story:create' }
    await expectRefusedInTime(() => operator.revokePermission(everybodys), [create])
    await operator.grantPermission(everybodys)
    await eventually(async () => (await outcomeOf(create())) === 'in' || undefined)
  })
})

describe('the last super-admin that can sign in', () => {
  it('is not demoted and does not leave', async () => {
    const user = await mesh.newUser()
    const chief = createClient(IdentityService, await mesh.operator())
    const { id = '' } = (await chief.getMe({})).user ?? {}
    const role = 'super-admin'
    const demote = () => outcomeOf(operator.unassignRole({ userId: id, role }))
    const leave = () => outcomeOf(chief.deleteUser({ password: mesh.admin.password }))
    expect(await leave()).toBe('FailedPrecondition LAST_SUPER_ADMIN')
    await operator.assignRole({ userId: user.id, role })
    await chief.suspendUser({ userId: user.id, reason: 'spam' })
    for (const last of [demote, leave]) expect(await last()).toBe('FailedPrecondition LAST_SUPER_ADMIN')
    await operator.unassignRole({ userId: user.id, role })
  })
})

describe('while access is away', () => {
  it('what was not decided lately is refused, public rpcs are answered, and all goes on when it is back', async () => {
    const user = await mesh.newAuthor()
    const stories = createClient(StoryService, user.transport)
    const create = () => stories.createStory({ title: 'Once', content: 'Once upon a time.' })
    const access = own.current().processes.get('access')
    access?.kill('SIGSTOP')
    expect(await outcomeOf(create())).toBe('Unavailable ACCESS_UNAVAILABLE')
    expect(await outcomeOf(stories.listStories({}))).toBe('in')
    access?.kill('SIGCONT')
    await eventually(async () => (await outcomeOf(create())) === 'in' || undefined)
  })
})

describe('API keys', () => {
  it('a key is refused in another process within two seconds of its end', async () => {
    const user = await mesh.newUser()
    const expiresAt = timestamp(new Date(Date.now() + 5 * minute))
    const { secret } = await createClient(IdentityService, user.transport).createApiKey({
      name: 'short',
      scopes: ['read'],
      expiresAt,
    })
    const by = mesh.transport(secret)
    expect(await list(by)).toBe('in')
    await ground.stage().clock.advance(6 * minute)
    const refusal = await eventually(async () => {
      const outcome = await list(by)
      return outcome === 'in' ? undefined : outcome
    }, 2000)
    expect(refusal).toBe('Unauthenticated INVALID_API_KEY')
  }, 120_000)

  it('what processes log tells no key', async () => {
    const user = await mesh.newUser()
    const client = createClient(IdentityService, user.transport)
    const { apiKey, secret } = await client.createApiKey({ name: 'ci', scopes: ['read'] })
    const mistyped = `${secret.slice(0, -1)}-`
    for (const text of [secret, mistyped]) await list(mesh.transport(text))
    await client.revokeApiKey({ apiKeyId: apiKey?.id ?? '' })
    const logs = globSync(join(own.dataDir, 'logs', '*.log')).map((file) => readFileSync(file, 'utf8'))
    expect(logs.length).toBeGreaterThan(2)
    for (const log of logs) expect(log).not.toContain(secret.slice(12, -1))
  })

  it('while identity is away a key is not refused but cannot be told, and works again when it is back', async () => {
    const user = await mesh.newUser()
    const make = () =>
      createClient(IdentityService, user.transport).createApiKey({ name: crypto.randomUUID(), scopes: ['read'] })
    const [used, unused] = [mesh.transport((await make()).secret), mesh.transport((await make()).secret)]
    // Once for the keys of tokens, too: they are fetched when the first token comes.
    for (const by of [used, user.transport]) expect(await list(by)).toBe('in')
    const identity = own.current().processes.get('identity')
    identity?.kill('SIGSTOP')
    const away = 'Unavailable API_KEYS_UNAVAILABLE'
    expect(await list(unused)).toBe(away)
    expect(await list(user.transport)).toBe('in')
    expect(await list(mesh.transport(`${apiKeyText(new Uint8Array(32)).slice(0, -1)}x`))).toBe(
      'Unauthenticated INVALID_API_KEY',
    )
    await eventually(async () => (await list(used)) === away || undefined)
    identity?.kill('SIGCONT')
    for (const by of [used, unused]) await eventually(async () => (await list(by)) === 'in' || undefined)
  }, 60_000)
})

describe('under attack', () => {
  testMatrix(ground, 24)
})
