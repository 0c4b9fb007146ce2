import { createHmac, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { exportJWK, exportSPKI, type JWK, type JWTPayload, SignJWT, UnsecuredJWT } from 'jose'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { type Authenticator, audience, createAuthenticator, issuer } from '../infrastructure/authenticator.ts'

const start = Date.UTC(2026, 0, 1)
const seconds = (milliseconds: number) => Math.floor(milliseconds / 1000)

interface Key {
  kid: string
  privateKey: KeyObject
  publicKey: KeyObject
  jwk: JWK
}

const newKey = async (kid: string): Promise<Key> => {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  return { kid, privateKey, publicKey, jwk: { ...(await exportJWK(publicKey)), kid, alg: 'EdDSA', use: 'sig' } }
}

let now: number
let key: Key
let published: Key[]
let answer: () => Promise<string>
let fetches: number
let authenticator: Authenticator

const good = (): JWTPayload => ({
  iss: issuer,
  aud: audience,
  sub: 'ann',
  sid: 's1',
  roles: ['clerk'],
  iat: seconds(now),
  exp: seconds(now) + 600,
})

const sign = (
  claims: JWTPayload = good(),
  header: Record<string, unknown> = {},
  signer: KeyObject | Uint8Array = key.privateKey,
): Promise<string> =>
  new SignJWT(claims).setProtectedHeader({ alg: 'EdDSA', typ: 'at+jwt', kid: key.kid, ...header }).sign(signer)

const without = (...names: string[]) =>
  Object.fromEntries(Object.entries(good()).filter(([name]) => !names.includes(name)))

const isRefused = (token: string, reason = 'INVALID_TOKEN') =>
  expect(authenticator.verify(token)).rejects.toMatchObject({ kind: 'unauthenticated', reason })

beforeEach(async () => {
  now = start
  fetches = 0
  key = await newKey('first')
  published = [key]
  answer = async () => JSON.stringify({ keys: published.map(({ jwk }) => jwk) })
  authenticator = createAuthenticator({
    fetchKeys: () => {
      fetches += 1
      return answer()
    },
    now: () => new Date(now),
  })
  return () => vi.restoreAllMocks()
})

/** Lets the machine's time pass. */
const later = (milliseconds: number) => {
  const at = performance.now() + milliseconds
  vi.spyOn(performance, 'now').mockImplementation(() => at)
}

describe('an access token', () => {
  it('proves a user with session and roles, or a service', async () => {
    expect(await authenticator.verify(await sign())).toEqual({
      kind: 'user',
      userId: 'ann',
      sessionId: 's1',
      roles: ['clerk'],
    })
    const service = await sign({ ...good(), sub: 'service:story' })
    expect(await authenticator.verify(service)).toEqual({ kind: 'service', name: 'story' })
  })

  it('is checked against the published keys by no algorithm but EdDSA and ES256', async () => {
    await isRefused(new UnsecuredJWT(good()).encode())
    const [, body] = (await sign()).split('.')
    const header = (fields: object) => Buffer.from(JSON.stringify(fields)).toString('base64url')
    for (const alg of ['none', 'None', 'nOnE'])
      await isRefused(`${header({ alg, typ: 'at+jwt', kid: 'first' })}.${body}.`)
    // The public key taken for a shared secret, in each form that a library might take it.
    const forms = [
      await exportSPKI(key.publicKey),
      key.publicKey.export({ type: 'spki', format: 'der' }),
      key.jwk.x as string,
    ]
    for (const secret of [...forms, Buffer.from(key.jwk.x as string, 'base64url')]) {
      const signed = `${header({ alg: 'HS256', typ: 'at+jwt', kid: 'first' })}.${body}`
      await isRefused(`${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`)
    }
  })

  it('does not bring its own key', async () => {
    const forged = await newKey('first')
    await isRefused(await sign(good(), {}, forged.privateKey))
    await isRefused(await sign(good(), { jwk: forged.jwk }, forged.privateKey))
    await isRefused(await sign(good(), { kid: undefined, jwk: forged.jwk }, forged.privateKey))
    await isRefused(
      await sign(good(), { jku: 'http://127.0.0.1:9/keys', x5u: 'http://127.0.0.1:9/cert' }, forged.privateKey),
    )
  })

  it.each(['../../../../dev/null', "' or 1=1 --", '__proto__', 'constructor', '', 'second'])(
    'of key %j is of none',
    async (kid) => {
      const forged = await newKey(kid)
      await isRefused(await sign(good(), { kid }, forged.privateKey))
    },
  )

  it('must be from identity, for this mesh, an access token, of somebody, and end', async () => {
    await isRefused(await sign({ ...good(), iss: 'https://evil.example' }))
    await isRefused(await sign(without('iss')))
    await isRefused(await sign({ ...good(), aud: 'identity' }))
    await isRefused(await sign(without('aud')))
    await isRefused(await sign(good(), { typ: 'JWT' }))
    await isRefused(await sign(good(), { typ: undefined }))
    await isRefused(await sign(without('exp')))
    await isRefused(await sign(without('sub')))
    await isRefused(await sign({ ...good(), sub: '' }))
    await isRefused(await sign({ ...good(), sub: 'service:' }))
    const guest = { ...good(), name: 'Gus', guest_of: { type: 'probe', id: 'p1' } }
    for (const bad of [
      { sub: 'guest:' },
      { sub: 'guest:gus', name: '' },
      { sub: 'guest:gus', name: 7 },
      { sub: 'guest:gus', guest_of: undefined },
      { sub: 'guest:gus', guest_of: 'p1' },
      { sub: 'guest:gus', guest_of: { type: 'probe' } },
      { sub: 'guest:gus', guest_of: { type: 'probe', id: 1 } },
    ]) {
      await isRefused(await sign({ ...guest, ...bad }))
    }
    await isRefused(await sign(without('iat')))
    await isRefused(await sign({ ...good(), nbf: seconds(now) + 60 }))
    await isRefused(await sign({ ...good(), exp: seconds(now) + 600 }, { crit: ['b64'], b64: true, typ: 'JWT' }))
  })

  it.each(['', '.', '..', 'a.b.c', 'troupe_rt_4f9a8d', 'x'.repeat(100_000), '\u0000', '🎭'])(
    'is not any text: %#',
    (text) => isRefused(text),
  )

  it('is not what was changed on its way', async () => {
    const [header, , signature] = (await sign()).split('.')
    const body = Buffer.from(JSON.stringify({ ...good(), sub: 'root', roles: ['super-admin'] })).toString('base64url')
    await isRefused(`${header}.${body}.${signature}`)
  })

  it('expires, also after it was seen to be valid', async () => {
    const token = await sign()
    await authenticator.verify(token)
    now += 599_000
    await authenticator.verify(token)
    expect(fetches).toBe(1)
    now += 6_001
    await isRefused(token, 'TOKEN_EXPIRED')
  })
})

describe('keys', () => {
  it('are fetched once for many tokens at once, and again every five minutes', async () => {
    const tokens = await Promise.all(Array.from({ length: 20 }, (_, n) => sign({ ...good(), sub: `u${n}` })))
    await Promise.all(tokens.map((token) => authenticator.verify(token)))
    expect(fetches).toBe(1)
    later(301_000)
    await authenticator.verify(await sign({ ...good(), sub: 'late' }))
    expect(fetches).toBe(2)
  })

  it('may rotate under load without one refusal', async () => {
    const calls: Promise<unknown>[] = []
    const call = async (n: number) => authenticator.verify(await sign({ ...good(), sub: `u${n}` }))
    for (let n = 0; n < 50; n += 1) calls.push(call(n))
    await Promise.all(calls)
    later(2000)
    const [old, next] = [key, await newKey('second')]
    published = [next, old]
    for (let n = 0; n < 200; n += 1) {
      key = n % 3 === 0 ? old : next
      calls.push(call(1000 + n))
    }
    expect((await Promise.allSettled(calls)).filter(({ status }) => status === 'rejected')).toEqual([])
    expect(fetches).toBe(2)
  })

  it('age by the mesh clock too, by which they rotate', async () => {
    for (const kid of ['second', 'third', 'fourth']) {
      now += 30 * 86_400_000
      key = await newKey(kid)
      published = [key]
      await authenticator.verify(await sign())
    }
    expect(fetches).toBe(3)
  })

  it('are refused once they are retired and the fetched ones are old', async () => {
    await authenticator.verify(await sign())
    published = [await newKey('second')]
    later(301_000)
    await isRefused(await sign({ ...good(), sub: 'ben' }))
  })

  it('are not asked for more than once a second, however many unknown ones are named', async () => {
    await authenticator.verify(await sign())
    const forged = await newKey('x')
    for (let n = 0; n < 50; n += 1) await isRefused(await sign(good(), { kid: `k${n}` }, forged.privateKey))
    expect(fetches).toBe(1)
    later(1500)
    for (let n = 0; n < 50; n += 1) await isRefused(await sign(good(), { kid: `l${n}` }, forged.privateKey))
    expect(fetches).toBe(2)
  })

  it('that cannot be had yet make UNAVAILABLE, not a refusal, until they can', async () => {
    const works = answer
    const token = await sign()
    for (const broken of [
      () => Promise.reject(new Error('down')),
      async () => '',
      async () => '<html>',
      async () => '{}',
      async () => 'null',
    ]) {
      answer = broken
      await expect(authenticator.verify(token)).rejects.toMatchObject({
        kind: 'unavailable',
        reason: 'KEYS_UNAVAILABLE',
      })
    }
    answer = works
    expect(await authenticator.verify(token)).toMatchObject({ userId: 'ann' })
  })

  it('known already are used on while no new ones can be had', async () => {
    await authenticator.verify(await sign())
    answer = () => Promise.reject(new Error('down'))
    later(301_000)
    expect(await authenticator.verify(await sign({ ...good(), sub: 'ben' }))).toMatchObject({ userId: 'ben' })
  })

  it('known already are used at once while identity does not answer', async () => {
    await authenticator.verify(await sign())
    const silent = Promise.withResolvers<string>()
    answer = () => silent.promise
    later(301_000)
    const verified = authenticator.verify(await sign({ ...good(), sub: 'ben' })).then(() => 'verified')
    vi.restoreAllMocks()
    const waited = new Promise((done) => setTimeout(() => done('waited'), 1000))
    expect(await Promise.race([verified, waited])).toBe('verified')
    silent.resolve(JSON.stringify({ keys: published.map(({ jwk }) => jwk) }))
  })
})

it('remembers so many tokens and no more, and forgets those unused for longest', async () => {
  authenticator = createAuthenticator({ fetchKeys: answer, now: () => new Date(now), remember: 10 })
  const subtle = vi.spyOn(crypto.subtle, 'verify')
  const tokens = await Promise.all(Array.from({ length: 11 }, (_, n) => sign({ ...good(), sub: `u${n}` })))
  for (const token of tokens) await authenticator.verify(token)
  subtle.mockClear()
  for (const token of tokens.slice(1)) await authenticator.verify(token)
  expect(subtle).not.toHaveBeenCalled()
  await authenticator.verify(tokens[0] as string)
  expect(subtle).toHaveBeenCalledTimes(1)
})
