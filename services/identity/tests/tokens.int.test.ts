import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify, SignJWT } from 'jose'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createAuthenticator } from '#shared/infrastructure/authenticator.ts'
import { signAssertion } from '#shared/infrastructure/service-token.ts'
import { assemble } from '../service.ts'
import { newPerson, openIdentity, type TestIdentity } from './fixture.ts'

let identity: TestIdentity
beforeEach(async () => {
  identity = await openIdentity('identity_tokens')
})
afterEach(() => identity.close())

const minute = 60_000
const day = 24 * 60 * minute
const kidsNow = async (): Promise<string[]> => {
  const { keys } = JSON.parse(await identity.keys.jwks(identity.clock.now()))
  return keys.map((key: { kid: string }) => key.kid)
}
const newToken = async () => {
  const { token } = await identity.app.issueServiceToken(await signAssertion(identity.config.serviceSecret, 'story'))
  return token
}
const kidOf = (token: string) => decodeProtectedHeader(token).kid

describe('an access token', () => {
  it('is what every service verifies, for ten minutes', async () => {
    const { id, tokens } = await newPerson(identity)
    const { app, call, clock, keys } = identity
    const [session] = (await call(() => app.listSessions(id, { pageSize: 0, pageToken: '' }))).items
    const now = () => clock.now()
    const authenticator = createAuthenticator({ fetchKeys: () => keys.jwks(now()), now })
    expect(await authenticator.verify(tokens.access.token)).toEqual({
      kind: 'user',
      userId: id,
      sessionId: session?.id,
      roles: [],
    })
    expect(await authenticator.verify(await newToken())).toEqual({ kind: 'service', name: 'story' })
    const claims = decodeJwt(tokens.access.token)
    expect((claims.exp as number) * 1000).toBe(tokens.access.expiresAt.getTime())
    expect((claims.exp as number) - (claims.iat as number)).toBe(600)
    expect(Object.keys(claims).sort()).toEqual(['aud', 'exp', 'iat', 'iss', 'jti', 'roles', 'sid', 'sub'])
    // Verifiers allow for clocks that are five seconds apart.
    clock.advance(10 * minute + 5000)
    await expect(authenticator.verify(tokens.access.token)).rejects.toMatchObject({ reason: 'TOKEN_EXPIRED' })
  })
})

describe('signing keys', () => {
  it('are made once by replicas that start together', async () => {
    const replicas = await Promise.all(Array.from({ length: 4 }, () => assemble(identity.kernel())))
    const used = await Promise.all(replicas.map(({ keys }) => keys.current(identity.clock.now())))
    expect(new Set(used.map(({ kid }) => kid)).size).toBe(1)
    expect(await kidsNow()).toEqual([used[0]?.kid])
  })

  it('change every thirty days, are published before they are used and until their tokens have expired', async () => {
    const { clock } = identity
    const firstToken = await newToken()
    const [first] = await kidsNow()
    clock.advance(30 * day - 6 * minute)
    expect(kidOf(await newToken())).toBe(first)
    expect(await kidsNow()).toHaveLength(1)
    clock.advance(2 * minute)
    expect(kidOf(await newToken())).toBe(first)
    const [second, old] = await kidsNow()
    expect(old).toBe(first)
    expect(second).not.toBe(first)
    clock.advance(4 * minute)
    expect(kidOf(await newToken())).toBe(first)
    clock.advance(minute)
    const secondToken = await newToken()
    expect(kidOf(secondToken)).toBe(second)
    clock.advance(10 * minute)
    expect(await kidsNow()).toEqual([second, first])
    clock.advance(day + 5 * minute)
    expect(await kidsNow()).toEqual([second])
    const set = createLocalJWKSet(JSON.parse(await identity.keys.jwks(clock.now())))
    await expect(
      jwtVerify(secondToken, set, { currentDate: new Date(clock.now().getTime() - day - 15 * minute) }),
    ).resolves.toBeDefined()
    await expect(jwtVerify(firstToken, set)).rejects.toThrow('no applicable key')
  })

  it('lie encrypted, and a new master key gets a new one at once', async () => {
    const token = await newToken()
    const [row] = await identity.database.sql<{ private_key: Buffer; public_key: object }>('select * from signing_keys')
    expect(Object.keys(row?.public_key ?? {}).sort()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x'])
    expect(row?.private_key.includes(Buffer.from('302e020100300506032b6570', 'hex'))).toBe(false)
    const other = await assemble(identity.kernel(new Uint8Array(32).fill(9)))
    const { kid } = await other.keys.current(identity.clock.now())
    expect(kid).not.toBe(kidOf(token))
    expect(await kidsNow()).toEqual([kid, kidOf(token)])
  })
})

describe('a service assertion', () => {
  const sign = (claims: { sub?: string; aud?: string; inSeconds?: number; alg?: string; secret?: Uint8Array }) => {
    // Assertions go by the machine's time.
    const seconds = Math.floor(Date.now() / 1000)
    const { sub = 'story', aud = 'identity', inSeconds = 30, alg = 'HS256' } = claims
    return new SignJWT({ aud, sub, exp: seconds + inSeconds })
      .setProtectedHeader({ alg })
      .sign(claims.secret ?? identity.config.serviceSecret)
  }

  it('is exchanged only when it proves a context, now and for identity', async () => {
    expect(await identity.app.issueServiceToken(await sign({}))).toMatchObject({
      expiresAt: new Date(identity.clock.now().getTime() + 10 * minute),
    })
    for (const bad of [
      { secret: new Uint8Array(32).fill(1) },
      { aud: 'story' },
      { inSeconds: 120 },
      { inSeconds: -60 },
      { sub: 'service:story' },
      { sub: 'Story' },
      { alg: 'HS384', secret: new Uint8Array(64).fill(1) },
    ]) {
      await expect(sign(bad).then(identity.app.issueServiceToken)).rejects.toMatchObject({
        reason: 'INVALID_ASSERTION',
      })
    }
    for (const text of ['', 'x.y.z', await newToken()]) {
      await expect(identity.app.issueServiceToken(text)).rejects.toMatchObject({ reason: 'INVALID_ASSERTION' })
    }
  })
})
