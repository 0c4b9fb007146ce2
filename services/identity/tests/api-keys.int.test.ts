import { decodeJwt } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readApiKey } from '#shared/infrastructure/api-key-text.ts'
import { sweep } from '#shared/infrastructure/janitor.ts'
import { expiries } from '../infrastructure/expiries.ts'
import { goodPassword, newPerson, openIdentity, type TestIdentity } from './fixture.ts'

let identity: TestIdentity
beforeAll(async () => {
  identity = await openIdentity('identity_api_keys')
})
afterAll(() => identity.close())

const day = 24 * 60 * 60_000
const refused = (reason: string) => expect.objectContaining({ name: 'DomainError', reason })

const newOwner = async () => {
  const { id, tokens } = await newPerson(identity)
  return { userId: id, sessionId: String(decodeJwt(tokens.access.token).sid), address: '192.0.2.1' }
}
type Owner = Awaited<ReturnType<typeof newOwner>>

const create = (owner: Owner, name: string, over: { scopes?: string[]; expiresAt?: Date } = {}) =>
  identity.call(() => identity.app.createApiKey(owner, { name, scopes: ['read', 'write'], ...over }))
const revoke = (userId: string, id: string) => identity.call(() => identity.app.revokeApiKey(userId, id))
const list = (userId: string, pageSize = 0, pageToken = '') =>
  identity.call(() => identity.app.listApiKeys(userId, { pageSize, pageToken }))
const holderOf = (secret: string) => {
  const digest = readApiKey(secret)
  if (!digest) throw new Error('our own key cannot be read')
  return identity.call(() => identity.app.authenticateApiKey(digest))
}
const inTime = (ms: number) => new Date(identity.clock.now().getTime() + ms)

describe('an API key', () => {
  it('acts for its owner with its scopes, and is kept by its digest alone', async () => {
    const owner = await newOwner()
    const { key, secret } = await create(owner, 'ci', { scopes: ['write', 'read'] })
    expect(await holderOf(secret)).toMatchObject({
      apiKeyId: key.id,
      userId: owner.userId,
      roles: [],
      scopes: ['read', 'write'],
    })
    expect(secret.startsWith(key.prefix)).toBe(true)
    const kept = await identity.database.sql(
      `select to_jsonb(k)::text as row from api_keys k where id = $1
       union all select to_jsonb(e)::text || encode(payload, 'escape') from event_store e where stream_id = $1::text`,
      key.id,
    )
    expect(kept).toHaveLength(2)
    for (const { row } of kept) expect(row).not.toContain(secret.slice(12))
    expect(await identity.events(key.id)).toEqual(['ApiKeyCreated'])
  })

  it('is not known by its beginning alone, or with another’s digest', async () => {
    const owner = await newOwner()
    const [one, other] = [await create(owner, 'one'), await create(owner, 'other')]
    const hash = readApiKey(other.secret)?.hash ?? new Uint8Array()
    const find = (prefix: string, digest: Uint8Array) =>
      identity.call(() => identity.app.authenticateApiKey({ prefix, hash: digest }))
    expect(await find(one.key.prefix, hash)).toBeUndefined()
    expect(await find(one.key.prefix, new Uint8Array(32))).toBeUndefined()
    expect(await find(other.key.prefix, hash)).toMatchObject({ apiKeyId: other.key.id })
  })

  it('is told from another that begins alike', async () => {
    const owner = await newOwner()
    const [one, other] = [await create(owner, 'one'), await create(owner, 'other')]
    await identity.database.sql('update api_keys set prefix = $1 where id = $2', one.key.prefix, other.key.id)
    const found = async (secret: string) => {
      const hash = readApiKey(secret)?.hash ?? new Uint8Array()
      return identity.call(() => identity.app.authenticateApiKey({ prefix: one.key.prefix, hash }))
    }
    expect(await found(one.secret)).toMatchObject({ apiKeyId: one.key.id })
    expect(await found(other.secret)).toMatchObject({ apiKeyId: other.key.id })
  })

  it('ends when it is revoked, for good, by its owner alone', async () => {
    const [owner, stranger] = [await newOwner(), await newOwner()]
    const { key, secret } = await create(owner, 'ci')
    await expect(revoke(stranger.userId, key.id)).rejects.toEqual(refused('API_KEY_NOT_FOUND'))
    expect(await holderOf(secret)).toMatchObject({ apiKeyId: key.id, userId: owner.userId })
    await revoke(owner.userId, key.id)
    expect(await holderOf(secret)).toBeUndefined()
    await revoke(owner.userId, key.id)
    expect(await identity.events(key.id)).toEqual(['ApiKeyCreated', 'ApiKeyRevoked'])
    expect((await list(owner.userId)).items).toEqual([])
  })

  it('ends by itself, frees its name, and is shown for another 30 days', async () => {
    const owner = await newOwner()
    const { key, secret } = await create(owner, 'ci', { expiresAt: inTime(day) })
    await expect(create(owner, ' ci ')).rejects.toEqual(refused('API_KEY_NAME_TAKEN'))
    identity.clock.advance(day)
    expect(await holderOf(secret)).toBeUndefined()
    await create({ ...owner }, 'ci', { expiresAt: inTime(2 * day) })
    expect((await list(owner.userId)).items).toHaveLength(2)
    identity.clock.advance(30 * day)
    await sweep(identity.database, expiries, inTime(1))
    expect((await list(owner.userId)).items.map(({ id }) => id)).not.toContain(key.id)
    expect(await identity.database.sql('select 1 from api_keys where id = $1', key.id)).toEqual([])
  })

  it('rests while its owner is suspended, and goes with the account', async () => {
    const owner = await newOwner()
    const { secret } = await create(owner, 'ci')
    const { app, call } = identity
    const operator = { userId: 'operator', roles: [] }
    await call(() => app.suspendUser(operator, owner.userId, 'spam'))
    expect(await holderOf(secret)).toBeUndefined()
    await call(() => app.reactivateUser(operator, owner.userId))
    expect(await holderOf(secret)).toMatchObject({ userId: owner.userId })
    const { id, tokens } = await newPerson(identity)
    const leaving = { userId: id, sessionId: String(decodeJwt(tokens.access.token).sid), address: '192.0.2.1' }
    const left = await create(leaving, 'ci')
    await call(() => app.deleteUser(leaving, goodPassword))
    expect(await holderOf(left.secret)).toBeUndefined()
    expect(await identity.database.sql('select 1 from api_keys where user_id = $1', id)).toEqual([])
  })

  it('is made only within a session that stands, by an account that is active', async () => {
    const { app, call } = identity
    const [out, stranger] = [await newOwner(), await newOwner()]
    await expect(create({ ...out, sessionId: stranger.sessionId }, 'ci')).rejects.toEqual(refused('SESSION_ENDED'))
    await call(() => app.logout(out.sessionId))
    await expect(create(out, 'ci')).rejects.toEqual(refused('SESSION_ENDED'))
  })

  it('notes its last use once a minute, however many use it at once', async () => {
    const owner = await newOwner()
    const { key, secret } = await create(owner, 'ci')
    const lastUse = async () => (await list(owner.userId)).items[0]?.lastUsedAt
    const writes = async () => {
      const [row] = await identity.database.sql<{ xmin: string }>(
        'select xmin::text from api_keys where id = $1',
        key.id,
      )
      return row?.xmin
    }
    expect(await lastUse()).toBeUndefined()
    const first = inTime(0)
    await Promise.all(Array.from({ length: 10 }, () => holderOf(secret)))
    expect(await lastUse()).toEqual(first)
    const written = await writes()
    identity.clock.advance(59_999)
    await holderOf(secret)
    expect(await writes()).toBe(written)
    identity.clock.advance(1)
    await holderOf(secret)
    expect(await lastUse()).toEqual(inTime(0))
    await revoke(owner.userId, key.id)
  })
})

describe('a user’s API keys', () => {
  it('are listed newest first, page by page', async () => {
    const owner = await newOwner()
    for (const name of ['a', 'b', 'c']) {
      await create(owner, name)
      identity.clock.advance(1000)
    }
    const first = await list(owner.userId, 2)
    const second = await list(owner.userId, 2, first.nextPageToken)
    expect([...first.items, ...second.items].map(({ name }) => name)).toEqual(['c', 'b', 'a'])
    expect(second.nextPageToken).toBe('')
    await expect(list(owner.userId, 2, 'x')).rejects.toEqual(refused('INVALID_PAGE_TOKEN'))
  })

  it('are twenty at most; one that is revoked or has expired makes room', async () => {
    const owner = await newOwner()
    const short = await create(owner, 'short', { expiresAt: inTime(1000) })
    const { key } = await create(owner, 'long')
    for (let count = 2; count < 20; count += 1) await create(owner, `key ${count}`)
    await expect(create(owner, 'one more')).rejects.toEqual(refused('API_KEY_LIMIT'))
    await revoke(owner.userId, key.id)
    await create(owner, 'one more')
    await expect(create(owner, 'yet one')).rejects.toEqual(refused('API_KEY_LIMIT'))
    identity.clock.advance(1000)
    expect(await holderOf(short.secret)).toBeUndefined()
    await create(owner, 'yet one')
  })

  it('stay twenty, of different names, however many are made at once', async () => {
    const owner = await newOwner()
    const makeAll = (names: string[]) => Promise.allSettled(names.map((name) => create(owner, name)))
    const same = await makeAll(Array.from({ length: 10 }, () => 'same'))
    expect(same.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    let made = 1
    const reasons = new Set(same.flatMap((each) => (each.status === 'rejected' ? each.reason.reason : [])))
    for (let round = 0; round < 30; round += 1) {
      const results = await makeAll(Array.from({ length: 6 }, (_, n) => `key ${round} ${n}`))
      made += results.filter(({ status }) => status === 'fulfilled').length
      for (const each of results) if (each.status === 'rejected') reasons.add(each.reason.reason)
    }
    expect(made).toBe(20)
    expect((await list(owner.userId, 100)).items).toHaveLength(20)
    // Who lost a race looks again; who lost five may be told to try again.
    reasons.delete('TOO_MUCH_CONTENTION')
    expect([...reasons].sort()).toEqual(['API_KEY_LIMIT', 'API_KEY_NAME_TAKEN'])
  })

  it('are held to that by the database, whoever writes to it', async () => {
    const owner = await newOwner()
    const { key } = await create(owner, 'ci')
    const copy = (changed: object) =>
      identity.database.sql(
        `insert into api_keys select (jsonb_populate_record(k, $2::jsonb)).* from api_keys k where id = $1`,
        key.id,
        JSON.stringify({ id: crypto.randomUUID(), hash: `\\x${'ab'.repeat(32)}`, ...changed }),
      )
    await expect(copy({ place: 1, name: 'x' })).rejects.toMatchObject({ constraint: 'api_keys_place' })
    await expect(copy({ place: 2 })).rejects.toMatchObject({ constraint: 'api_keys_name' })
    await expect(copy({ place: 21, name: 'x' })).rejects.toMatchObject({ constraint: 'api_keys_place_check' })
    await expect(copy({ place: 2, name: 'x', scopes: ['all'] })).rejects.toMatchObject({
      constraint: 'api_keys_scopes_check',
    })
    await expect(copy({ place: 2, name: 'x', revoked_at: inTime(0) })).rejects.toMatchObject({
      constraint: 'api_keys_live',
    })
    await copy({ place: 2, name: 'x' })
  })
})
