import { randomUUID } from 'node:crypto'
import { Code } from '@connectrpc/connect'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Email } from '#shared/domain/email.ts'
import type { DomainError } from '#shared/domain/errors.ts'
import { UnitOfWork } from '#shared/infrastructure/unit-of-work.ts'
import { measurePages } from '../../shared/tests/measured-pages.ts'
import { createDirectory } from '../infrastructure/directory.ts'
import { goodPassword, newPerson, openIdentity, placesOf, type TestIdentity } from './fixture.ts'

let identity: TestIdentity
beforeAll(async () => {
  identity = await openIdentity('identity_accounts')
})
afterAll(() => identity.close())

const refused = (reason: string) => expect.objectContaining({ name: 'DomainError', reason }) as unknown as DomainError

const register = (email: string, over: Partial<{ displayName: string; password: string; language: string }> = {}) =>
  identity.call(() =>
    identity.app.registerUser({
      email,
      password: goodPassword,
      displayName: 'Bo',
      language: 'de-at',
      source: '',
      ...over,
    }),
  )

const ownerOf = (id: string, sessionId: string) => ({ userId: id, sessionId, address: '192.0.2.1' })

const sessionsOf = (userId: string) =>
  identity.call(() => identity.app.listSessions(userId, { pageSize: 0, pageToken: '' }))

describe('an account', () => {
  it('is opened once an address, whatever its case', async () => {
    const user = await register('Émile.Zola@Example.com')
    expect(user).toMatchObject({ email: 'Émile.Zola@Example.com', language: 'de-AT', registrationSource: 'api' })
    await expect(register('éMILE.zola@example.COM')).rejects.toEqual(refused('EMAIL_TAKEN'))
    expect(await identity.events(user.id)).toEqual(['UserRegistered', 'EmailVerificationRequested'])
  })

  describe('of an address in any case', () => {
    const letters = fc.stringMatching(/^[a-zàéîõüßñøżłαδωжщя0-9._+-]{1,12}$/)
    const address = fc
      .tuple(letters, letters)
      .map(([name, host]) => `${name}@x${host.replaceAll(/[._+]/g, '')}.example`)
    const caps = fc.array(fc.boolean(), { minLength: 1, maxLength: 40 })
    // What is another letter, or two, in capitals makes another address.
    const written = (text: string, capital: boolean[]) =>
      [...text]
        .map((sign, index) =>
          capital[index % capital.length] && sign.toUpperCase().toLowerCase() === sign ? sign.toUpperCase() : sign,
        )
        .join('')
    const inCases = fc
      .tuple(address, caps, caps, caps)
      .map(
        ([text, ...cases]) => [text, ...cases.map((each) => written(text, each))] as [string, string, string, string],
      )

    it('is the same to us as to the database', async () => {
      await fc.assert(
        fc.asyncProperty(inCases, async (forms) => {
          const keys = forms.map((form) => Email.parse(form).normalized)
          expect(new Set(keys).size).toBe(1)
          const [row] = await identity.database.sql<{ same: boolean }>(
            'select bool_and($1::text::citext = form::citext) as same from unnest($2::text[]) form',
            keys[0],
            forms,
          )
          expect(row?.same).toBe(true)
        }),
      )
    })

    it('is opened once and signed in to', async () => {
      await fc.assert(
        fc.asyncProperty(inCases, async ([text, first, second, third]) => {
          const { database, call, app } = identity
          await database.sql('delete from users where email_key = $1', text)
          const user = await register(first)
          await expect(register(second)).rejects.toEqual(refused('EMAIL_TAKEN'))
          const signedIn = await call(() => app.login(third, goodPassword, { device: '', address: '192.0.2.8' }))
          expect(signedIn.user.id).toBe(user.id)
        }),
        { numRuns: 8 },
      )
    })
  })

  it('is opened once by twenty at once', async () => {
    const results = await Promise.allSettled(Array.from({ length: 20 }, () => register('rush@example.com')))
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    for (const result of results)
      if (result.status === 'rejected') expect(result.reason).toEqual(refused('EMAIL_TAKEN'))
  })

  it('keeps what its owner changes, and tells it', async () => {
    const { id } = await newPerson(identity)
    const { app, call } = identity
    await call(() => app.updateProfile(id, { displayName: ' Cy Writer ', bio: 'writes' }))
    await call(() => app.updatePreferences(id, { language: 'ES', timeZone: 'europe/vienna' }))
    const address = { lines: ['Ring 1', ' '], city: 'Wien', region: '', postalCode: '1010', country: 'AT' }
    await call(() => app.updateContactInfo(id, '+4315551234', address))
    const user = await call(() => app.getMe(id))
    expect(user).toMatchObject({ displayName: 'Cy Writer', bio: 'writes', language: 'es', timeZone: 'Europe/Vienna' })
    expect(user).toMatchObject({ phone: '+4315551234', address: { ...address, lines: ['Ring 1'] } })
    await call(() => app.updateContactInfo(id, '', undefined))
    expect((await call(() => app.getMe(id))).address).toBeUndefined()
    expect(await identity.events(id)).toEqual([
      'UserRegistered',
      'EmailVerificationRequested',
      'UserAuthenticated',
      'ProfileUpdated',
      'ProfileUpdated',
    ])
    await expect(call(() => app.updatePreferences(id, { timeZone: 'Mars/Base' }))).rejects.toEqual(
      refused('INVALID_TIME_ZONE'),
    )
  })

  const operator = { userId: 'operator', roles: ['customer-support'] }

  it('that is suspended is shown to nobody, loses its sessions, and gets in again when the suspension is lifted', async () => {
    const { app, call } = identity
    const person = await newPerson(identity)
    await expect(call(() => app.suspendUser({ userId: person.id, roles: [] }, person.id, 'self'))).rejects.toEqual(
      refused('OWN_ACCOUNT'),
    )
    expect(await call(() => app.batchGetUsers([person.id, person.id]))).toHaveLength(1)
    const contact = {
      userId: person.id,
      email: person.email,
      displayName: 'Ann Author',
      emailVerified: false,
      phone: '',
    }
    expect(await call(() => app.batchGetContacts([person.id, person.id]))).toMatchObject([contact])
    const suspended = await call(() => app.suspendUser(operator, person.id, 'spam'))
    expect(await call(() => app.batchGetContacts([person.id]))).toEqual([])
    expect(suspended.isActive).toBe(false)
    await expect(call(() => app.getUser(person.id))).rejects.toEqual(refused('USER_NOT_FOUND'))
    expect(await call(() => app.batchGetUsers([person.id]))).toEqual([])
    expect((await sessionsOf(person.id)).items).toEqual([])
    const device = { device: '', address: '192.0.2.9' }
    await expect(call(() => app.refreshSession(person.tokens.refresh.token, device))).rejects.toEqual(
      refused('USER_SUSPENDED'),
    )
    await expect(call(() => app.login(person.email, 'wrong-password', device))).rejects.toEqual(
      refused('INVALID_CREDENTIALS'),
    )
    await expect(call(() => app.login(person.email, goodPassword, device))).rejects.toEqual(refused('USER_SUSPENDED'))
    await call(() => app.reactivateUser(operator, person.id))
    await expect(call(() => app.refreshSession(person.tokens.refresh.token, device))).rejects.toEqual(
      refused('SESSION_ENDED'),
    )
    await call(() => app.login(person.email, goodPassword, device))
  })

  it('that access counts on is neither suspended nor deleted, and access is asked before either', async () => {
    const { access, app, call } = identity
    const person = await newPerson(identity)
    const [session] = (await sessionsOf(person.id)).items
    const leave = () => call(() => app.deleteUser(ownerOf(person.id, session?.id ?? ''), goodPassword))
    const revision = async () => (await call(() => app.getMe(person.id))).revision
    const suspend = (by = operator) => call(() => app.suspendUser(by, person.id, 'spam'))
    access.keepers.add(person.id)
    const before = access.asked.length
    const refusal = expect.objectContaining({ code: Code.FailedPrecondition })
    await expect(suspend()).rejects.toEqual(refusal)
    await expect(leave()).rejects.toEqual(refusal)
    expect((await call(() => app.getMe(person.id))).isActive).toBe(true)
    access.keepers.delete(person.id)
    // Who may not suspend it at all has nothing counted anew.
    await expect(suspend({ userId: person.id, roles: [] })).rejects.toEqual(refused('OWN_ACCOUNT'))
    expect(access.asked).toHaveLength(before)
    const found = await revision()
    for (let n = 0; n < 2; n += 1) await suspend()
    expect(access.asked.slice(before)).toEqual([{ userId: person.id, accountVersion: found }])
  })

  it('that changes its password keeps only the session that did', async () => {
    const { app, call } = identity
    const person = await newPerson(identity)
    const other = await call(() => app.login(person.email, goodPassword, { device: 'phone', address: '192.0.2.2' }))
    const current = (await sessionsOf(person.id)).items.find(({ device }) => device === 'test')
    const owner = ownerOf(person.id, current?.id ?? '')
    const change = (present: string, next: string) => call(() => app.changePassword(owner, present, next))
    await expect(change('not-the-one', 'a-new-long-one')).rejects.toEqual(refused('INVALID_CREDENTIALS'))
    await expect(change(goodPassword, 'P@ssw0rd!')).rejects.toEqual(refused('PASSWORD_TOO_COMMON'))
    await change(goodPassword, 'a-new-long-one')
    expect((await sessionsOf(person.id)).items.map(({ id }) => id)).toEqual([current?.id])
    await expect(
      call(() => app.refreshSession(other.tokens.refresh.token, { device: '', address: '' })),
    ).rejects.toEqual(refused('SESSION_ENDED'))
    await expect(
      call(() => app.login(person.email, goodPassword, { device: '', address: '192.0.2.3' })),
    ).rejects.toEqual(refused('INVALID_CREDENTIALS'))
    await call(() => app.logout(owner.sessionId))
    await expect(change('a-new-long-one', 'another-long-one')).rejects.toEqual(refused('SESSION_ENDED'))
  })

  it('that its owner cannot delete is deleted by an operator who reaches it', async () => {
    const { app, call, database } = identity
    const person = await newPerson(identity)
    const admin = { userId: crypto.randomUUID(), roles: ['admin'] }
    await call(() => app.suspendUser(admin, person.id, 'for the test'))
    const erase = (by: Parameters<typeof app.eraseUser>[0]) => call(() => app.eraseUser(by, person.id))
    await expect(erase({ ...admin, userId: person.id })).rejects.toEqual(refused('OWN_ACCOUNT'))
    await database.sql(`update users set roles = '{auditor}' where id = $1`, person.id)
    await expect(erase(admin)).rejects.toEqual(refused('BEYOND_CALLER'))
    await database.sql(`update users set roles = '{}' where id = $1`, person.id)
    await erase(admin)
    expect(await placesOf(identity, person.email)).toEqual([])
    expect((await identity.events(person.id)).at(-1)).toBe('UserDeleted')
    expect(await call(() => app.getErasure(person.id))).toMatchObject({ userId: person.id })
    await expect(erase(admin)).rejects.toEqual(refused('USER_NOT_FOUND'))
  })

  it('that is deleted leaves nothing but its events, and its address is free again', async () => {
    const { app, call, database } = identity
    const person = await newPerson(identity)
    const [session] = (await sessionsOf(person.id)).items
    const owner = ownerOf(person.id, session?.id ?? '')
    await database.sql(
      `insert into idempotency (scope, key, request_hash, subject, expires_at) values ('s', $1, '', $2, now())`,
      person.id,
      person.id,
    )
    await expect(call(() => app.deleteUser(owner, 'not-the-one'))).rejects.toEqual(refused('INVALID_CREDENTIALS'))
    await call(() => app.deleteUser(owner, goodPassword))
    const [left] = await database.sql(
      `select (select count(*) from users where id = $1) + (select count(*) from sessions where user_id = $1)
         + (select count(*) from oauth_links where user_id = $1)
         + (select count(*) from idempotency where subject = $1::text) as count`,
      person.id,
    )
    expect(left).toEqual({ count: 0 })
    expect((await identity.events(person.id)).at(-1)).toBe('UserDeleted')
    await expect(
      call(() => app.refreshSession(person.tokens.refresh.token, { device: '', address: '' })),
    ).rejects.toEqual(refused('INVALID_REFRESH_TOKEN'))
    const again = await register(person.email)
    expect(again.id).not.toBe(person.id)
  })
})

describe('the list of accounts', () => {
  it('finds by the beginning of address or name, page by page, newest first', async () => {
    const { app, call, clock } = identity
    for (let count = 1; count <= 5; count += 1) {
      clock.advance(1000)
      await register(`list_${count}@example.org`, { displayName: count % 2 ? `Zoë%${count}` : 'Other' })
    }
    const list = (over: object) => call(() => app.listUsers({ query: '', pageSize: 0, pageToken: '', ...over }))
    const emails = (page: { items: { email: string }[] }) => page.items.map(({ email }) => email)
    expect(emails(await list({ query: 'LIST_', pageSize: 50 }))).toEqual(
      [5, 4, 3, 2, 1].map((count) => `list_${count}@example.org`),
    )
    const first = await list({ query: 'list_', pageSize: 2 })
    expect(emails(first)).toEqual(['list_5@example.org', 'list_4@example.org'])
    const second = await list({ query: 'list_', pageSize: 2, pageToken: first.nextPageToken })
    const third = await list({ query: 'list_', pageSize: 2, pageToken: second.nextPageToken })
    expect([...emails(second), ...emails(third)]).toEqual([3, 2, 1].map((count) => `list_${count}@example.org`))
    expect(third.nextPageToken).toBe('')
    expect(emails(await list({ query: 'zoë%' }))).toHaveLength(3)
    expect(emails(await list({ query: 'list%' }))).toEqual([])
    expect(emails(await list({ query: first.items[1]?.id.toUpperCase() }))).toEqual(['list_4@example.org'])
    expect(emails(await list({ query: randomUUID() }))).toEqual([])
    expect(emails(await list({ query: 'list_', isActive: false }))).toEqual([])
    expect(emails(await list({ query: 'list_', isActive: true }))).toHaveLength(5)
    for (const pageToken of ['x', 'W10', Buffer.from('["a","b"]').toString('base64url')]) {
      await expect(list({ pageToken })).rejects.toEqual(refused('INVALID_PAGE_TOKEN'))
    }
  })

  it('finds the few that are suspended, however long ago they were opened, without looking at all', async () => {
    const { database } = identity
    await database.sql(
      `insert into users (id, email, email_key, email_verified, display_name, avatar_url, bio, language, time_zone, phone,
         password_hash, oauth_providers, roles, registration_source, suspended_at, suspension_reason, created_at)
       select gen_random_uuid(), 'many-' || n || '@example.net', 'many-' || n || '@example.net', false, 'Many', '', '', 'en',
         'UTC', '', 'x', '{}', '{}', 'test', case when n <= 3 then now() end, case when n <= 3 then 'a test' end,
         '2020-01-01T00:00:00Z'::timestamptz + n * interval '1 minute' from generate_series(1, 3000) n`,
    )
    await database.sql('analyze users')
    const list = (isActive: boolean, query = '') => {
      let found: string[] = []
      const ask = async (measured: typeof database) => {
        const directory = createDirectory(measured, () => new UnitOfWork(measured, crypto.randomUUID()))
        const users = await directory.list({ query, isActive, after: undefined, limit: 21 })
        found = users.map(({ email }) => email)
      }
      return measurePages(database, ask).then((pages) => ({ pages, found }))
    }
    const suspended = await list(false)
    expect(suspended.found.slice(-3)).toEqual([3, 2, 1].map((n) => `many-${n}@example.net`))
    expect(suspended.pages).toBeLessThan(50)
    expect((await list(false, 'many-')).found).toHaveLength(3)
    expect((await list(true)).pages).toBeLessThan(50)
    await database.sql(`delete from users where display_name = 'Many'`)
  })
})

describe('the first operator', () => {
  it('is opened once, verified, with every permission, by replicas that start together', async () => {
    const { app, call } = identity
    const account = { email: 'Root@example.com', password: 'a-secret-for-the-start' }
    await Promise.all([app.bootstrapAdmin(account), app.bootstrapAdmin(account), app.bootstrapAdmin(account)])
    const { user } = await call(() =>
      app.login('root@example.com', account.password, { device: '', address: '192.0.2.7' }),
    )
    expect(user).toMatchObject({ emailVerified: true, roles: ['super-admin'] })
    expect(await identity.events(user.id)).toEqual(['UserRegistered', 'UserAuthenticated'])
  })
})
