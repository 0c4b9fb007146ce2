import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { SignInReturn } from '../domain/oauth.ts'
import { codeOf } from './authenticator-app.ts'
import { goodPassword, newPerson, openIdentity, type TestIdentity } from './fixture.ts'
import { type People, signInAtProvider, startOpenIdProvider } from './openid-provider.ts'

const redirectUri = 'http://127.0.0.1:9/oauth/callback'
const people: People = {}
let provider: Awaited<ReturnType<typeof startOpenIdProvider>>
let identity: TestIdentity
beforeAll(async () => {
  provider = await startOpenIdProvider(people, redirectUri)
  identity = await openIdentity('identity_totp', provider.settings)
})
afterAll(async () => {
  await identity.close()
  await provider.stop()
})

const refused = (reason: string) => expect.objectContaining({ name: 'DomainError', reason })
const step = 30_000
const device = { device: 'browser', address: '192.0.2.1' }

const login = (email: string, totp?: string, password = goodPassword, address = device.address) =>
  identity.call(() => identity.app.login(email, password, { ...device, address }, totp))

const sessionOf = async (userId: string) => {
  const { items } = await identity.call(() => identity.app.listSessions(userId, { pageSize: 1, pageToken: '' }))
  return { userId, sessionId: items[0]?.id ?? '', address: '192.0.2.1' }
}
type Owner = Awaited<ReturnType<typeof sessionOf>>

const enroll = (owner: Owner, password = goodPassword) => identity.call(() => identity.app.enrollTotp(owner, password))
const confirm = (owner: Owner, code: string) => identity.call(() => identity.app.confirmTotp(owner, code))
const disable = (owner: Owner, code: string) => identity.call(() => identity.app.disableTotp(owner, code))

/** Somebody with an app; their next code is good. */
const newCareful = async () => {
  const person = await newPerson(identity)
  const owner = await sessionOf(person.id)
  const { secret } = await enroll(owner)
  const code = (later = 0) => codeOf(secret, identity.clock.now(), later)
  const recoveryCodes = await confirm(owner, code())
  identity.clock.advance(step)
  return { ...person, owner, secret, code, recoveryCodes }
}

describe('an authenticator app', () => {
  it('is set up with the password and a first code, and switched off with a code', async () => {
    const person = await newPerson(identity)
    const owner = await sessionOf(person.id)
    await expect(confirm(owner, '123456')).rejects.toEqual(refused('TOTP_NOT_ENROLLED'))
    await expect(enroll(owner, 'not-the-one')).rejects.toEqual(refused('INVALID_CREDENTIALS'))
    const first = await enroll(owner)
    const second = await enroll(owner)
    expect(second.secret).toMatch(/^[A-Z2-7]{32}$/)
    expect(second.otpauthUri).toContain(`secret=${second.secret}`)
    const code = (secret: string, later = 0) => codeOf(secret, identity.clock.now(), later)
    await login(person.email)
    for (const wrong of [code(first.secret), code(second.secret, 2), code(second.secret, -2), 'x']) {
      await expect(confirm(owner, wrong)).rejects.toEqual(refused('TOTP_INVALID'))
    }
    const recoveryCodes = await confirm(owner, code(second.secret))
    expect(new Set(recoveryCodes).size).toBe(10)
    for (const each of recoveryCodes) expect(each).toMatch(/^[a-z2-7]{5}-[a-z2-7]{5}$/)
    expect((await identity.call(() => identity.app.getMe(person.id))).hasTotp).toBe(true)
    await expect(enroll(owner)).rejects.toEqual(refused('TOTP_ALREADY_ON'))
    await expect(confirm(owner, code(second.secret, 1))).rejects.toEqual(refused('TOTP_ALREADY_ON'))
    await expect(disable(owner, code(second.secret))).rejects.toEqual(refused('TOTP_INVALID'))
    await disable(owner, code(second.secret, 1))
    await expect(disable(owner, code(second.secret, 1))).rejects.toEqual(refused('TOTP_NOT_ON'))
    expect((await login(person.email)).user.hasTotp).toBe(false)
    await confirm(owner, code((await enroll(owner)).secret))
    const told = (await identity.events(person.id)).filter((name) => name.startsWith('Totp'))
    expect(told).toEqual(['TotpEnabled', 'TotpDisabled', 'TotpEnabled'])
    await identity.call(() => identity.app.logout(owner.sessionId))
    await expect(enroll(owner)).rejects.toEqual(refused('SESSION_ENDED'))
    await expect(disable(owner, code(second.secret))).rejects.toEqual(refused('SESSION_ENDED'))
  })

  it('is set up once by five confirmations and five beginnings at once', async () => {
    const person = await newPerson(identity)
    const owner = await sessionOf(person.id)
    const begun = await Promise.allSettled(Array.from({ length: 5 }, () => enroll(owner)))
    expect(begun.filter(({ status }) => status === 'fulfilled').length).toBeGreaterThan(0)
    const { secret } = await enroll(owner)
    const code = codeOf(secret, identity.clock.now())
    const confirmed = await Promise.allSettled(Array.from({ length: 5 }, () => confirm(owner, code)))
    expect(confirmed.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    for (const result of confirmed)
      if (result.status === 'rejected') expect(result.reason).toEqual(refused('TOTP_ALREADY_ON'))
    expect((await identity.events(person.id)).filter((name) => name === 'TotpEnabled')).toHaveLength(1)
  })
})

describe('signing in with an app', () => {
  it('takes a code besides the password, each once', async () => {
    const { email, code } = await newCareful()
    await expect(login(email)).rejects.toEqual(refused('TOTP_REQUIRED'))
    await expect(login(email, code(), 'wrong-password')).rejects.toEqual(refused('INVALID_CREDENTIALS'))
    const used = code()
    await login(email, used)
    await expect(login(email, used)).rejects.toEqual(refused('TOTP_INVALID'))
    await login(email, ` ${code(1).slice(0, 3)} ${code(1).slice(3)}`)
    await expect(login(email, used)).rejects.toEqual(refused('TOTP_INVALID'))
    identity.clock.advance(2 * step)
    await login(email, code())
  })

  it('lets one of ten in that give the same code at once', async () => {
    const { email, code } = await newCareful()
    const tries = await Promise.allSettled(
      Array.from({ length: 10 }, (_, n) => login(email, code(), goodPassword, `198.51.100.${n}`)),
    )
    expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  })

  it('takes a recovery code in place of one of the app, each once, whatever its case', async () => {
    const { email, recoveryCodes } = await newCareful()
    const [first = '', second = ''] = recoveryCodes
    await login(email, first)
    await expect(login(email, first)).rejects.toEqual(refused('TOTP_INVALID'))
    await login(email, second.toUpperCase().replace('-', ' '))
    const other = await newCareful()
    await expect(login(email, other.recoveryCodes[2])).rejects.toEqual(refused('TOTP_INVALID'))
  })

  it('tells of each recovery code how many are left, and of no other code', async () => {
    const { id, email, code, owner, recoveryCodes } = await newCareful()
    const [first = '', second = ''] = recoveryCodes
    const told = async () => {
      const rows = await identity.database.sql<{ data: { codesLeft: number } }>(
        `select event_data as data from event_store
         where stream_id = $1 and event_type like '%.RecoveryCodeUsed' order by event_version`,
        id,
      )
      return rows.map(({ data }) => data.codesLeft)
    }
    await login(email, code())
    await login(email, first)
    const again = login(email, first, goodPassword, '203.0.113.99')
    await expect(again).rejects.toEqual(refused('TOTP_INVALID'))
    expect(await told()).toEqual([9])
    await disable(owner, second)
    expect(await told()).toEqual([9, 8])
    expect((await identity.events(id)).slice(-2)).toEqual(['RecoveryCodeUsed', 'TotpDisabled'])
  })

  it('is delayed after five wrong codes, which a right password alone does not forgive', async () => {
    const { email, code } = await newCareful()
    for (let failures = 0; failures < 5; failures += 1) {
      await expect(login(email)).rejects.toEqual(refused('TOTP_REQUIRED'))
      await expect(login(email, '000000', goodPassword, `203.0.113.${failures}`)).rejects.toEqual(
        refused('TOTP_INVALID'),
      )
    }
    await expect(login(email, code())).rejects.toEqual(refused('LOGIN_DELAYED'))
    identity.clock.advance(1000)
    await login(email, code())
    await expect(login(email, '000000')).rejects.toEqual(refused('TOTP_INVALID'))
    await login(email, code(1))
  })

  it('lets a burst of guesses through no further than one by one', async () => {
    const { email } = await newCareful()
    const guesses = Array.from({ length: 30 }, (_, n) => login(email, `00000${n % 10}`, goodPassword, `203.0.113.${n}`))
    const results = await Promise.allSettled(guesses)
    const looked = results.filter(
      (result) => (result as { reason?: { reason: string } }).reason?.reason === 'TOTP_INVALID',
    )
    expect(looked.length).toBe(5)
  })

  it('is asked for after the password was changed or replaced, too', async () => {
    const { app, call, clock } = identity
    const { id, email, owner, code } = await newCareful()
    await call(() => app.changePassword(owner, goodPassword, 'the-second-password'))
    await expect(login(email, '', 'the-second-password')).rejects.toEqual(refused('TOTP_REQUIRED'))
    await call(() => app.requestPasswordReset(email))
    const [link] = await identity.database.sql<{ id: string }>(
      `select id from mailed_links where user_id = $1 and purpose = 'reset-password'`,
      id,
    )
    const { url } = await call(() => app.getActionLink(link?.id ?? ''))
    const token = new URL(url).searchParams.get('token') ?? ''
    for (let failures = 0; failures < 5; failures += 1) {
      await expect(login(email, '000000', 'the-second-password')).rejects.toEqual(refused('TOTP_INVALID'))
    }
    await call(() => app.resetPassword(token, 'the-third-password'))
    await expect(login(email, code(), 'the-third-password')).rejects.toEqual(refused('LOGIN_DELAYED'))
    clock.advance(step)
    await expect(login(email, '', 'the-third-password')).rejects.toEqual(refused('TOTP_REQUIRED'))
    await login(email, code(), 'the-third-password')
  })

  it('tells a suspended account so, and uses up no code', async () => {
    const { app, call } = identity
    const { id, email, code } = await newCareful()
    const operator = { userId: 'operator', roles: ['customer-support'] }
    await call(() => app.suspendUser(operator, id, 'spam'))
    await expect(login(email, code())).rejects.toEqual(refused('USER_SUSPENDED'))
    await call(() => app.reactivateUser(operator, id))
    await login(email, code())
  })
})

describe('signing in at another provider with an app', () => {
  const come = async (name: string, userId?: string) => {
    const { authorizationUrl, state, binding } = await identity.call(() =>
      identity.app.startOAuth(userId, 'acme', redirectUri),
    )
    const back = await signInAtProvider(authorizationUrl, redirectUri, name)
    return { state, binding, code: back.searchParams.get('code') ?? '' }
  }
  const complete = (back: SignInReturn, totp?: string) =>
    identity.call(() => identity.app.completeOAuth(back, device, totp))

  const newLinked = async () => {
    const person = await newCareful()
    Object.assign(people, { [person.id]: { email: person.email, email_verified: true } })
    const back = await come(person.id, person.id)
    await identity.call(() => identity.app.linkOAuth(person.owner, back))
    return person
  }

  it('takes a code besides, in the same call made again', async () => {
    const { id, code } = await newLinked()
    const back = await come(id)
    await expect(complete(back)).rejects.toEqual(refused('TOTP_REQUIRED'))
    await expect(complete(back, '000000')).rejects.toEqual(refused('TOTP_INVALID'))
    for (const other of [{ code: 'another' }, { binding: 'another' }]) {
      await expect(complete({ ...back, ...other }, code())).rejects.toEqual(refused('OAUTH_STATE_INVALID'))
    }
    expect(await complete(back, code())).toMatchObject({ registered: false, user: { id } })
    await expect(complete(back, code(1))).rejects.toEqual(refused('OAUTH_STATE_INVALID'))
    expect(await complete(await come(id), code(1))).toMatchObject({ user: { id } })
  })

  it('takes it for ten minutes, once, and is delayed after wrong ones', async () => {
    const { id, recoveryCodes } = await newLinked()
    const late = await come(id)
    await expect(complete(late)).rejects.toEqual(refused('TOTP_REQUIRED'))
    identity.clock.advance(10 * 60_000)
    await expect(complete(late, recoveryCodes[0])).rejects.toEqual(refused('OAUTH_STATE_INVALID'))
    const back = await come(id)
    await expect(complete(back)).rejects.toEqual(refused('TOTP_REQUIRED'))
    const tries = await Promise.allSettled([1, 2, 3].map((n) => complete(back, recoveryCodes[n])))
    expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    const guessed = await come(id)
    for (let n = 0; n < 5; n += 1) {
      await expect(complete(guessed, `00000${n}`)).rejects.toEqual(refused('TOTP_INVALID'))
    }
    await expect(complete(guessed, recoveryCodes[9])).rejects.toEqual(refused('LOGIN_DELAYED'))
  })

  it('asks for none once the app is switched off, or the provider unlinked', async () => {
    const { id, owner, code } = await newLinked()
    const [one, other] = [await come(id), await come(id)]
    await expect(complete(one)).rejects.toEqual(refused('TOTP_REQUIRED'))
    await expect(complete(other)).rejects.toEqual(refused('TOTP_REQUIRED'))
    await disable(owner, code())
    expect(await complete(one)).toMatchObject({ user: { id } })
    await identity.call(() => identity.app.unlinkOAuth(id, 'acme'))
    await expect(complete(other)).rejects.toEqual(refused('OAUTH_STATE_INVALID'))
  })
})

it('nothing that is kept lets anybody make a code', async () => {
  const { id, secret, recoveryCodes, owner } = await newCareful()
  const [row] = await identity.database.sql('select * from second_factors where id = $1', id)
  const kept = JSON.stringify(row)
  const events = JSON.stringify(await identity.database.sql('select * from event_store where stream_id = $1', id))
  for (const text of [secret, ...recoveryCodes, ...recoveryCodes.map((code) => code.replace('-', ''))]) {
    expect(kept + events).not.toContain(text)
  }
  await identity.call(() => identity.app.deleteUser(owner, goodPassword))
  expect(await identity.database.sql('select 1 from second_factors where id = $1', id)).toEqual([])
})
