import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sweep } from '#shared/infrastructure/janitor.ts'
import { expiries } from '../infrastructure/expiries.ts'
import { passwordMemoryKiB } from '../infrastructure/passwords.ts'
import { goodPassword, newPerson, openIdentity, type TestIdentity } from './fixture.ts'

let identity: TestIdentity
beforeAll(async () => {
  // The cost that is compared below is that of real ones.
  identity = await openIdentity('identity_sessions', { TROUPE_PASSWORD_MEMORY_KIB: String(passwordMemoryKiB) })
})
afterAll(() => identity.close())

const refused = (reason: string) => expect.objectContaining({ name: 'DomainError', reason })
const device = { device: 'browser', address: '192.0.2.1' }
const refresh = (token: string, address = device.address, name = device.device) =>
  identity.call(() => identity.app.refreshSession(token, { device: name, address }))
const login = (email: string, password: string, address = device.address) =>
  identity.call(() => identity.app.login(email, password, { device: 'browser', address }))
const list = async (userId: string, pageSize = 0, pageToken = '') =>
  identity.call(() => identity.app.listSessions(userId, { pageSize, pageToken }))

describe('a refresh token', () => {
  it('used by twenty at once leaves one live chain', async () => {
    const person = await newPerson(identity)
    const first = person.tokens.refresh.token
    const answers = await Promise.all(Array.from({ length: 20 }, () => refresh(first)))
    const [successor, ...others] = new Set(answers.map((tokens) => tokens.refresh.token))
    expect(others).toEqual([])
    expect(successor).not.toBe(first)
    expect((await list(person.id)).items).toMatchObject([{ generation: 2 }])
    await refresh(successor as string)
  })

  it('used again later ends the session for whoever has it', async () => {
    const person = await newPerson(identity)
    const first = person.tokens.refresh.token
    const second = (await refresh(first)).refresh.token
    identity.clock.advance(11_000)
    await expect(refresh(first)).rejects.toEqual(refused('REFRESH_TOKEN_REUSED'))
    await expect(refresh(second)).rejects.toEqual(refused('SESSION_ENDED'))
    expect((await list(person.id)).items).toEqual([])
  })

  it('used twice by one client in ten seconds is answered twice, by two clients ends the session', async () => {
    const [lossy, robbed] = [await newPerson(identity), await newPerson(identity)]
    const answers = [await refresh(lossy.tokens.refresh.token), await refresh(lossy.tokens.refresh.token, '192.0.2.9')]
    expect(answers[1]?.refresh.token).toBe(answers[0]?.refresh.token)
    const thief = await refresh(robbed.tokens.refresh.token, device.address, 'curl')
    await expect(refresh(robbed.tokens.refresh.token)).rejects.toEqual(refused('REFRESH_TOKEN_REUSED'))
    await expect(refresh(thief.refresh.token, device.address, 'curl')).rejects.toEqual(refused('SESSION_ENDED'))
  })

  it('of an earlier generation ends it at once, and tells', async () => {
    const person = await newPerson(identity)
    const first = person.tokens.refresh.token
    const third = (await refresh((await refresh(first)).refresh.token)).refresh.token
    const [session] = (await list(person.id)).items
    const tries = await Promise.allSettled([refresh(first), refresh(first), refresh(first)])
    for (const result of tries) expect(result).toMatchObject({ reason: { reason: 'REFRESH_TOKEN_REUSED' } })
    await expect(refresh(third)).rejects.toEqual(refused('SESSION_ENDED'))
    expect(await identity.events(session?.id ?? '')).toEqual(['SessionRevoked'])
  })

  it('that nobody gave is refused', async () => {
    const person = await newPerson(identity)
    const forged = Buffer.from(person.tokens.refresh.token, 'base64url')
    forged[51] = (forged[51] as number) ^ 1
    for (const token of ['x', forged.toString('base64url'), person.tokens.access.token]) {
      await expect(refresh(token)).rejects.toEqual(refused('INVALID_REFRESH_TOKEN'))
    }
    await refresh(person.tokens.refresh.token)
  })

  it('ends thirty days after its last use', async () => {
    const person = await newPerson(identity)
    identity.clock.advance(29 * 86_400_000)
    const { token } = (await refresh(person.tokens.refresh.token)).refresh
    identity.clock.advance(30 * 86_400_000)
    await expect(refresh(token)).rejects.toEqual(refused('SESSION_EXPIRED'))
    await sweep(identity.database, expiries, new Date(identity.clock.now().getTime() + 1))
    await expect(refresh(token)).rejects.toEqual(refused('INVALID_REFRESH_TOKEN'))
  })
})

describe('sessions', () => {
  it('are listed last used first, page by page, and end one by one', async () => {
    const person = await newPerson(identity)
    for (const address of ['192.0.2.2', '192.0.2.3']) {
      identity.clock.advance(1000)
      await login(person.email, goodPassword, address)
    }
    identity.clock.advance(1000)
    await refresh(person.tokens.refresh.token, '192.0.2.4')
    const first = await list(person.id, 2)
    const second = await list(person.id, 2, first.nextPageToken)
    const all = [...first.items, ...second.items]
    expect(all.map(({ address }) => address)).toEqual(['192.0.2.4', '192.0.2.3', '192.0.2.2'])
    expect(second.nextPageToken).toBe('')
    const stranger = await newPerson(identity)
    const { app, call } = identity
    const revoke = (userId: string, id: string) => call(() => app.revokeSession(userId, id))
    await expect(revoke(stranger.id, all[0]?.id ?? '')).rejects.toEqual(refused('SESSION_NOT_FOUND'))
    await revoke(person.id, all[0]?.id ?? '')
    await expect(refresh(person.tokens.refresh.token)).rejects.toEqual(refused('SESSION_ENDED'))
    expect((await list(person.id)).items).toHaveLength(2)
  })

  it('are a hundred at most: the least recently used one gives way', async () => {
    const person = await newPerson(identity)
    await identity.database.sql(
      `insert into sessions (id, user_id, seed, generation, rotated_at, device, address, created_at, last_used_at, expires_at)
       select gen_random_uuid(), user_id, seed, 1, rotated_at, device, address, created_at, last_used_at + interval '1 s' * n, expires_at
       from sessions, generate_series(1, 99) n where user_id = $1`,
      person.id,
    )
    const newest = await login(person.email, goodPassword)
    const { items, nextPageToken } = await list(person.id, 100)
    expect(items).toHaveLength(100)
    expect(nextPageToken).toBe('')
    await refresh(newest.tokens.refresh.token)
    await expect(refresh(person.tokens.refresh.token)).rejects.toEqual(refused('SESSION_EXPIRED'))
  })

  it('are opened by one person many times at once', async () => {
    const person = await newPerson(identity)
    await Promise.all(Array.from({ length: 12 }, () => login(person.email, goodPassword)))
    expect((await list(person.id)).items).toHaveLength(13)
  })
})

describe('signing in', () => {
  it('is delayed after five failures of the account, and free again after a right one', async () => {
    const person = await newPerson(identity)
    for (let failures = 0; failures < 5; failures += 1) {
      await expect(login(person.email, 'wrong-password', `198.51.100.${failures}`)).rejects.toEqual(
        refused('INVALID_CREDENTIALS'),
      )
    }
    await expect(login(person.email.toUpperCase(), goodPassword)).rejects.toMatchObject({
      reason: 'LOGIN_DELAYED',
      details: { retryAfterMs: 1000 },
    })
    identity.clock.advance(1000)
    await expect(login(person.email, 'wrong-password')).rejects.toEqual(refused('INVALID_CREDENTIALS'))
    identity.clock.advance(1999)
    await expect(login(person.email, goodPassword)).rejects.toEqual(refused('LOGIN_DELAYED'))
    identity.clock.advance(1)
    await login(person.email, goodPassword)
    await expect(login(person.email, 'wrong-password')).rejects.toEqual(refused('INVALID_CREDENTIALS'))
    await login(person.email, goodPassword)
  })

  it('lets a burst of guesses through no further than one by one', async () => {
    const person = await newPerson(identity)
    const guesses = Array.from({ length: 40 }, (_, n) => login(person.email, `guess-number-${n}`, `203.0.113.${n}`))
    const results = await Promise.allSettled(guesses)
    const looked = results.filter(
      (result) => (result as { reason?: { reason: string } }).reason?.reason === 'INVALID_CREDENTIALS',
    )
    expect(looked.length).toBeGreaterThanOrEqual(5)
    // One more than one by one: two are looked at side by side.
    expect(looked.length).toBeLessThanOrEqual(6)
  })

  it('answers an unknown address as it answers a wrong password, in the same time', async () => {
    const person = await newPerson(identity)
    const time = async (email: string, address: string) => {
      const started = performance.now()
      await expect(login(email, 'wrong-password', address)).rejects.toEqual(refused('INVALID_CREDENTIALS'))
      return performance.now() - started
    }
    const known: number[] = []
    const unknown: number[] = []
    for (let n = 0; n < 15; n += 1) {
      unknown.push(await time(`nobody-${n}@example.com`, `203.0.113.${100 + n}`))
      known.push(await time(person.email, `203.0.113.${200 + n}`))
      await identity.database.sql('delete from login_failures')
    }
    const median = (values: number[]) => values.sort((a, b) => a - b)[7] as number
    expect(median(unknown) / median(known)).toBeGreaterThan(0.6)
    expect(median(unknown) / median(known)).toBeLessThan(1.6)
  })

  it('from a /64 of IPv6 is delayed as from one address', async () => {
    const block = '2001:db8:0:77'
    for (let n = 0; n < 20; n += 1) {
      await expect(login(`six-${n}@example.com`, 'wrong-password', `${block}::${n}`)).rejects.toEqual(
        refused('INVALID_CREDENTIALS'),
      )
    }
    await expect(login('sixth@example.com', 'wrong-password', `${block}:a:b:c:d`)).rejects.toEqual(
      refused('LOGIN_DELAYED'),
    )
    await expect(login('sixth@example.com', 'wrong-password', '2001:db8:0:78::1')).rejects.toEqual(
      refused('INVALID_CREDENTIALS'),
    )
  })

  it('from one address is delayed after twenty failures, whatever the accounts', async () => {
    const address = '198.51.100.77'
    for (let n = 0; n < 20; n += 1) {
      await expect(login(`someone-${n}@example.com`, 'wrong-password', address)).rejects.toEqual(
        refused('INVALID_CREDENTIALS'),
      )
    }
    await expect(login('another@example.com', 'wrong-password', address)).rejects.toEqual(refused('LOGIN_DELAYED'))
    await expect(login('another@example.com', 'wrong-password', '198.51.100.78')).rejects.toEqual(
      refused('INVALID_CREDENTIALS'),
    )
  })
})

describe('the janitor', () => {
  const now = () => identity.clock.now()
  const fill = async () => {
    await identity.database.sql('delete from login_failures')
    await identity.database.sql(
      `insert into login_failures select sha256(n::text::bytea), 1, $1::timestamptz - interval '2 days'
       from generate_series(1, 2500) n`,
      now(),
    )
  }
  const left = async () => {
    const [row] = await identity.database.sql<{ count: number }>('select count(*) as count from login_failures')
    return row?.count
  }

  it('removes all that has expired, however much that is', async () => {
    await fill()
    await sweep(identity.database, expiries, now())
    expect(await left()).toBe(0)
  })

  it('removes what it can where a table fails, and says so', async () => {
    await fill()
    const broken = { table: 'nowhere', key: 'id', column: 'expires_at' }
    await expect(sweep(identity.database, [broken, ...expiries], now())).rejects.toThrow('nowhere')
    expect(await left()).toBe(0)
  })

  it('ends after the step that it is told to stop in', async () => {
    await fill()
    const stopping = new AbortController()
    const sql: typeof identity.database.sql = async (text, ...values) => {
      if (text.includes('login_failures')) stopping.abort()
      return identity.database.sql(text, ...values)
    }
    await sweep({ sql }, expiries, now(), stopping.signal)
    expect(await left()).toBe(1500)
    await sweep(identity.database, expiries, now(), stopping.signal)
    expect(await left()).toBe(1500)
  })
})
