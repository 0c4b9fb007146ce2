import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sweep } from '#shared/infrastructure/janitor.ts'
import { expiries } from '../infrastructure/expiries.ts'
import { goodPassword, newPerson, openIdentity, type TestIdentity } from './fixture.ts'

let identity: TestIdentity
beforeAll(async () => {
  identity = await openIdentity('identity_links', { TROUPE_LINK_BASE_URL: 'https://troupe.example/' })
})
afterAll(() => identity.close())

const refused = (reason: string) => expect.objectContaining({ name: 'DomainError', reason })
const minute = 60_000
const hour = 60 * minute
const device = { device: 'browser', address: '192.0.2.1' }
const newPassword = 'a-better-password-than-before'

const verify = (token: string) => identity.call(() => identity.app.verifyEmail(token))
const askToVerify = (userId: string) => identity.call(() => identity.app.requestEmailVerification(userId))
const askToReset = (email: string) => identity.call(() => identity.app.requestPasswordReset(email))
const reset = (token: string, password = newPassword) =>
  identity.call(() => identity.app.resetPassword(token, password))
const login = (email: string, password: string) => identity.call(() => identity.app.login(email, password, device))
const getMe = (userId: string) => identity.call(() => identity.app.getMe(userId))
const linkOf = (requestId: string) => identity.call(() => identity.app.getActionLink(requestId))

/** What events of a kind tell of a user's requests, in order. */
const requests = (userId: string, event: string) =>
  identity.database.sql<{ data: { requestId: string } }>(
    `select event_data as data from event_store where stream_id = $1 and event_type = $2 order by event_version`,
    userId,
    `troupe.identity.v1.${event}`,
  )

const newest = async (userId: string, event = 'PasswordResetRequested') =>
  (await requests(userId, event)).at(-1)?.data.requestId ?? ''

/** As the notification that mails it: the token of the newest link. */
const tokenOf = async (userId: string, event = 'PasswordResetRequested') =>
  new URL((await linkOf(await newest(userId, event))).url).searchParams.get('token') ?? ''

const tokenToReset = async ({ id, email }: { id: string; email: string }) => {
  await askToReset(email)
  return tokenOf(id)
}

describe('verifying an address', () => {
  it('is asked for at registration and done once', async () => {
    const person = await newPerson(identity)
    expect(person.user.emailVerified).toBe(false)
    const { url, email, expiresAt } = await linkOf(await newest(person.id, 'EmailVerificationRequested'))
    expect(url).toMatch(/^https:\/\/troupe\.example\/verify-email\?token=[\w-]{64}$/)
    expect(email).toBe(person.email)
    expect(expiresAt).toEqual(new Date(identity.clock.now().getTime() + 24 * hour))
    const token = await tokenOf(person.id, 'EmailVerificationRequested')
    await verify(token)
    expect((await getMe(person.id)).emailVerified).toBe(true)
    await expect(verify(token)).rejects.toEqual(refused('LINK_USED'))
    await expect(askToVerify(person.id)).rejects.toEqual(refused('EMAIL_ALREADY_VERIFIED'))
    expect(await identity.events(person.id)).toEqual([
      'UserRegistered',
      'EmailVerificationRequested',
      'UserAuthenticated',
      'EmailVerified',
    ])
  })

  it('is done once by ten at once', async () => {
    const { id } = await newPerson(identity)
    const token = await tokenOf(id, 'EmailVerificationRequested')
    const results = await Promise.allSettled(Array.from({ length: 10 }, () => verify(token)))
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    expect((await identity.events(id)).filter((name) => name === 'EmailVerified')).toHaveLength(1)
  })

  it('takes the newest link only, and for a day', async () => {
    const { id } = await newPerson(identity)
    const first = await newest(id, 'EmailVerificationRequested')
    const old = await tokenOf(id, 'EmailVerificationRequested')
    await askToVerify(id)
    await expect(verify(old)).rejects.toEqual(refused('LINK_WITHDRAWN'))
    await expect(linkOf(first)).rejects.toEqual(refused('LINK_WITHDRAWN'))
    const token = await tokenOf(id, 'EmailVerificationRequested')
    const second = await newest(id, 'EmailVerificationRequested')
    identity.clock.advance(24 * hour)
    await expect(verify(token)).rejects.toEqual(refused('LINK_EXPIRED'))
    await expect(linkOf(second)).rejects.toEqual(refused('LINK_EXPIRED'))
    await sweep(identity.database, expiries, new Date(identity.clock.now().getTime() + 8 * 24 * hour))
    await expect(verify(token)).rejects.toEqual(refused('LINK_INVALID'))
    await expect(linkOf(second)).rejects.toEqual(refused('LINK_NOT_FOUND'))
  })

  it('is not done by what is no token, or for something else', async () => {
    const person = await newPerson(identity)
    const good = await tokenOf(person.id, 'EmailVerificationRequested')
    for (const token of ['', 'x', `${good}=`, good.slice(1), `${good}AAAA`, person.tokens.access.token]) {
      await expect(verify(token)).rejects.toEqual(refused('INVALID_LINK_TOKEN'))
    }
    const forged = Buffer.from(good, 'base64url').fill(0, 16).toString('base64url')
    const unknown = Buffer.alloc(48, 7).toString('base64url')
    for (const token of [forged, unknown, await tokenToReset(person)]) {
      await expect(verify(token)).rejects.toEqual(refused('LINK_INVALID'))
    }
    await expect(reset(good)).rejects.toEqual(refused('LINK_INVALID'))
    await verify(good)
  })

  it('is void for an address that the account had before', async () => {
    const person = await newPerson(identity)
    const token = await tokenOf(person.id, 'EmailVerificationRequested')
    const email = `new-${person.email}`
    await identity.database.sql(
      'update users set email = $2::text, email_key = $2::text where id = $1',
      person.id,
      email,
    )
    await expect(verify(token)).rejects.toEqual(refused('LINK_INVALID'))
    await verify(await tokenOf(person.id, 'EmailVerificationRequested'))
  })
})

describe('a forgotten password', () => {
  it('is replaced by a mailed link once, which ends all sessions and the delay of signing in', async () => {
    const person = await newPerson(identity)
    await login(person.email, goodPassword)
    for (let failures = 0; failures < 6; failures += 1) {
      await expect(login(person.email, 'wrong-password')).rejects.toThrow()
    }
    await expect(login(person.email, goodPassword)).rejects.toEqual(refused('LOGIN_DELAYED'))
    const token = await tokenToReset({ id: person.id, email: person.email.toUpperCase() })
    await expect(reset(token, 'P@ssw0rd!')).rejects.toEqual(refused('PASSWORD_TOO_COMMON'))
    await expect(reset(token, person.email)).rejects.toEqual(refused('PASSWORD_TOO_COMMON'))
    await reset(token)
    const { items } = await identity.call(() => identity.app.listSessions(person.id, { pageSize: 0, pageToken: '' }))
    expect(items).toEqual([])
    await expect(identity.call(() => identity.app.refreshSession(person.tokens.refresh.token, device))).rejects.toEqual(
      refused('SESSION_ENDED'),
    )
    const { user } = await login(person.email, newPassword)
    expect(user.emailVerified).toBe(true)
    await expect(login(person.email, goodPassword)).rejects.toEqual(refused('INVALID_CREDENTIALS'))
    await expect(reset(token)).rejects.toEqual(refused('LINK_USED'))
    expect((await identity.events(person.id)).slice(4)).toEqual([
      'PasswordResetRequested',
      'PasswordChanged',
      'EmailVerified',
      'UserAuthenticated',
    ])
  })

  it('is replaced once by five at once', async () => {
    const person = await newPerson(identity)
    const token = await tokenToReset(person)
    const results = await Promise.allSettled(Array.from({ length: 5 }, (_, n) => reset(token, `${newPassword}-${n}`)))
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    for (const result of results) if (result.status === 'rejected') expect(result.reason).toEqual(refused('LINK_USED'))
    expect((await identity.events(person.id)).filter((name) => name === 'PasswordChanged')).toHaveLength(1)
  })

  it('is replaced for an hour, and by the newest link', async () => {
    const person = await newPerson(identity)
    const first = await tokenToReset(person)
    identity.clock.advance(minute)
    const second = await tokenToReset(person)
    await expect(reset(first)).rejects.toEqual(refused('LINK_WITHDRAWN'))
    identity.clock.advance(hour)
    await expect(reset(second)).rejects.toEqual(refused('LINK_EXPIRED'))
    await reset(await tokenToReset(person))
  })

  it('is asked for once a minute, however many ask', async () => {
    const { id, email } = await newPerson(identity)
    await Promise.all(Array.from({ length: 12 }, () => askToReset(email)))
    expect(await requests(id, 'PasswordResetRequested')).toHaveLength(1)
    identity.clock.advance(minute)
    await askToReset(email)
    expect(await requests(id, 'PasswordResetRequested')).toHaveLength(2)
  })

  it('cannot be asked for to find out who has an account', async () => {
    const suspended = await newPerson(identity)
    const operator = { userId: 'operator', roles: ['customer-support'] }
    await identity.call(() => identity.app.suspendUser(operator, suspended.id, 'spam'))
    const time = async (email: string) => {
      const started = performance.now()
      expect(await askToReset(email)).toBeUndefined()
      return performance.now() - started
    }
    const times: Record<string, number[]> = { known: [], unknown: [], suspended: [] }
    for (let n = 0; n < 7; n += 1) {
      times.unknown?.push(await time(`nobody-${n}@example.com`))
      times.known?.push(await time((await newPerson(identity)).email))
      times.suspended?.push(await time(suspended.email))
    }
    const median = (values: number[] = []) => values.sort((a, b) => a - b)[3] as number
    const unknown = median(times.unknown)
    expect(unknown).toBeGreaterThanOrEqual(199)
    for (const kind of ['known', 'suspended']) {
      expect(median(times[kind]) / unknown).toBeGreaterThan(0.9)
      expect(median(times[kind]) / unknown).toBeLessThan(1.1)
    }
    expect(await requests(suspended.id, 'PasswordResetRequested')).toEqual([])
  })

  it('is not replaced by a link from before the password changed or the account was suspended', async () => {
    const { app, call } = identity
    const [changing, suspended] = [await newPerson(identity), await newPerson(identity)]
    const tokens = [await tokenToReset(changing), await tokenOf(changing.id, 'EmailVerificationRequested')] as const
    const { items } = await call(() => app.listSessions(changing.id, { pageSize: 0, pageToken: '' }))
    const owner = { userId: changing.id, sessionId: items[0]?.id ?? '', address: '192.0.2.1' }
    await call(() => app.changePassword(owner, goodPassword, newPassword))
    await expect(reset(tokens[0])).rejects.toEqual(refused('LINK_WITHDRAWN'))
    await expect(verify(tokens[1])).rejects.toEqual(refused('LINK_WITHDRAWN'))
    const token = await tokenToReset(suspended)
    const operator = { userId: 'operator', roles: ['customer-support'] }
    await call(() => app.suspendUser(operator, suspended.id, 'spam'))
    await expect(reset(token)).rejects.toEqual(refused('LINK_WITHDRAWN'))
    await call(() => app.reactivateUser(operator, suspended.id))
    await expect(reset(token)).rejects.toEqual(refused('LINK_WITHDRAWN'))
  })

  it('of an account that is gone is refused as a link that never was', async () => {
    const { app, call, database } = identity
    const person = await newPerson(identity)
    const token = await tokenToReset(person)
    const { items } = await call(() => app.listSessions(person.id, { pageSize: 0, pageToken: '' }))
    const owner = { userId: person.id, sessionId: items[0]?.id ?? '', address: '192.0.2.1' }
    await call(() => app.deleteUser(owner, goodPassword))
    const never = Buffer.alloc(48, 7).toString('base64url')
    const messages = await Promise.all([token, never].map((each) => reset(each).catch((error: unknown) => error)))
    expect(messages[0]).toEqual(refused('LINK_INVALID'))
    expect(messages[0]).toEqual(messages[1])
    expect(await database.sql('select 1 from mailed_links where user_id = $1', person.id)).toEqual([])
  })

  it('ends keys that were made before the address was verified, and leaves later ones', async () => {
    const { app, call, database } = identity
    const person = await newPerson(identity)
    const makeKey = async (name: string) => {
      const { items } = await call(() => app.listSessions(person.id, { pageSize: 1, pageToken: '' }))
      const owner = { userId: person.id, sessionId: items[0]?.id ?? '', address: device.address }
      await call(() => app.createApiKey(owner, { name, scopes: ['read'] }))
    }
    const live = async () => {
      const { items } = await call(() => app.listApiKeys(person.id, { pageSize: 0, pageToken: '' }))
      return items.map(({ name }) => name)
    }
    const told = () =>
      database.sql(
        `select coalesce(event_data ->> 'apiKeysRevoked', '0') as keys, event_data ->> 'reason' as reason
         from event_store where event_data ->> 'userId' = $1 and event_type ~ '(PasswordChanged|ApiKeyRevoked)$'
         order by position`,
        person.id,
      )
    await makeKey('of whoever opened it')
    await reset(await tokenToReset(person))
    expect(await live()).toEqual([])
    const ended = [
      { keys: '1', reason: null },
      { keys: '0', reason: 'API_KEY_REVOCATION_REASON_PASSWORD_CHANGED' },
    ]
    expect(await told()).toEqual(expect.arrayContaining(ended))
    await login(person.email, newPassword)
    await makeKey('mine')
    identity.clock.advance(2 * minute)
    await reset(await tokenToReset(person), goodPassword)
    expect(await live()).toEqual(['mine'])
    expect(await told()).toHaveLength(3)
  })

  it('takes what was linked before the address was verified, and leaves what came after', async () => {
    const { database } = identity
    const linked = async (isVerified: boolean) => {
      const person = await newPerson(identity)
      await database.sql(
        `insert into oauth_links (provider, subject, user_id, linked_at) values ('acme', $1, $2, now())`,
        person.id,
        person.id,
      )
      await database.sql(
        `update users set oauth_providers = '{acme}', email_verified = $2 where id = $1`,
        person.id,
        isVerified,
      )
      await reset(await tokenToReset(person))
      return { ...(await getMe(person.id)), events: await identity.events(person.id) }
    }
    const squatted = await linked(false)
    expect(squatted).toMatchObject({ oauthProviders: [], emailVerified: true })
    expect(squatted.events.slice(-2)).toEqual(['OAuthProviderUnlinked', 'EmailVerified'])
    expect(await database.sql('select 1 from oauth_links where user_id = $1', squatted.id)).toEqual([])
    expect(await linked(true)).toMatchObject({ oauthProviders: ['acme'], emailVerified: true })
  })
})

it('nothing that is kept or told lets anybody make a link', async () => {
  const person = await newPerson(identity)
  const tokens = [await tokenToReset(person), await tokenOf(person.id, 'EmailVerificationRequested')]
  const rows = JSON.stringify([
    await identity.database.sql('select * from mailed_links where user_id = $1', person.id),
    await identity.database.sql('select * from event_store where stream_id = $1', person.id),
    await identity.database.sql(`select encode(payload, 'base64') from event_store where stream_id = $1`, person.id),
  ])
  for (const token of tokens) {
    expect(token).toHaveLength(64)
    expect(rows).not.toContain(token)
    // What stands behind the id.
    expect(rows).not.toContain(token.slice(22))
  }
})
