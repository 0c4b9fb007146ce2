import { createHash } from 'node:crypto'
import { createServer } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { SignInReturn } from '../domain/oauth.ts'
import { goodPassword, newPerson, openIdentity, placesOf, type TestIdentity } from './fixture.ts'
import { listen, type People, signInAtProvider, startOpenIdProvider } from './openid-provider.ts'

const redirectUri = 'http://127.0.0.1:9/oauth/callback'
const people: People = {
  olga: { email: 'Olga@example.com', email_verified: true, name: 'Olga O.', locale: 'es-MX' },
  pete: { email: 'pete@example.com', email_verified: false, locale: 'not a tag' },
  quin: { name: 'No Address' },
  ruth: { email: 'ruth@example.com', email_verified: true, name: 'Ruth' },
  sven: { email: 'sven@elsewhere.example', email_verified: true },
  tina: { email: 'tina@example.com', email_verified: true },
  uwe: { email: 'uwe@example.com', email_verified: true },
}

/** A stand-in for Facebook Login: codes name who signed in; the PKCE challenge must match. `meanwhile` happens before it answers. */
const startFacebook = async () => {
  const challenges = new Map<string, string>()
  const standIn = { challenges, meanwhile: async () => {} }
  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? '', 'http://facebook')
    const answer = (status: number, body: object) => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    }
    if (url.pathname.endsWith('/oauth/access_token')) {
      let text = ''
      for await (const chunk of request) text += chunk
      const form = new URLSearchParams(text)
      const challenge = createHash('sha256')
        .update(form.get('code_verifier') ?? '')
        .digest('base64url')
      const isRight = form.get('client_secret') === 'fb-secret' && challenges.get(form.get('code') ?? '') === challenge
      await standIn.meanwhile()
      if (!isRight) return answer(400, { error: { message: 'Invalid verification code', code: 100 } })
      return answer(200, { access_token: `token-of-${form.get('code')}`, token_type: 'bearer', expires_in: 5000 })
    }
    const who = /^bearer token-of-(.+)$/i.exec(request.headers.authorization ?? '')?.[1]
    if (!who) return answer(401, { error: { message: 'no token' } })
    return answer(200, { id: `fb-${who}`, name: 'Fay Book', email: `${who}@example.com` })
  })
  return Object.assign(standIn, { issuer: await listen(server), server })
}

let identity: TestIdentity
let provider: Awaited<ReturnType<typeof startOpenIdProvider>>
let facebook: Awaited<ReturnType<typeof startFacebook>>

beforeAll(async () => {
  provider = await startOpenIdProvider(people, redirectUri)
  facebook = await startFacebook()
  identity = await openIdentity('identity_oauth', {
    ...provider.settings,
    TROUPE_OAUTH_PROVIDERS: 'acme,facebook,away',
    TROUPE_OAUTH_FACEBOOK_ISSUER: facebook.issuer,
    TROUPE_OAUTH_FACEBOOK_CLIENT_ID: 'fb-app',
    TROUPE_OAUTH_FACEBOOK_CLIENT_SECRET: 'fb-secret',
    TROUPE_OAUTH_FACEBOOK_ALLOW_HTTP: '1',
    TROUPE_OAUTH_AWAY_ISSUER: 'http://127.0.0.1:1',
    TROUPE_OAUTH_AWAY_CLIENT_ID: 'x',
    TROUPE_OAUTH_AWAY_CLIENT_SECRET: 'x',
    TROUPE_OAUTH_AWAY_ALLOW_HTTP: '1',
  })
})
afterAll(async () => {
  await identity.close()
  await provider.stop()
  facebook.server.closeAllConnections()
  facebook.server.close()
})

const refused = (reason: string) => expect.objectContaining({ name: 'DomainError', reason })
const device = { device: 'browser', address: '192.0.2.1' }

const start = (userId?: string, name = 'acme', uri = redirectUri) =>
  identity.call(() => identity.app.startOAuth(userId, name, uri))

/** Goes through the provider and comes back with a code. */
const come = async (login: string, userId?: string) => {
  const { authorizationUrl, state, binding } = await start(userId)
  const back = await signInAtProvider(authorizationUrl, redirectUri, login)
  expect(back.searchParams.get('state')).toBe(state)
  return { state, binding, code: back.searchParams.get('code') ?? '' }
}

const complete = (back: SignInReturn) => identity.call(() => identity.app.completeOAuth(back, device))
const link = (owner: Owner, back: SignInReturn) => identity.call(() => identity.app.linkOAuth(owner, back))

/** As `come`, at Facebook. */
const comeFromFacebook = async (name: string, userId?: string) => {
  const { authorizationUrl, state, binding } = await start(userId, 'facebook')
  facebook.challenges.set(name, new URL(authorizationUrl).searchParams.get('code_challenge') ?? '')
  return { state, binding, code: name }
}

const sessionOf = async (userId: string) => {
  const { items } = await identity.call(() => identity.app.listSessions(userId, { pageSize: 1, pageToken: '' }))
  return { userId, sessionId: items[0]?.id ?? '', address: '192.0.2.1' }
}
type Owner = Awaited<ReturnType<typeof sessionOf>>

describe('signing in at another provider', () => {
  it('opens an account on first use and finds it afterwards', async () => {
    const first = await complete(await come('olga'))
    expect(first).toMatchObject({
      registered: true,
      user: { email: 'Olga@example.com', emailVerified: true, displayName: 'Olga O.', language: 'es-MX' },
    })
    expect(first.user).toMatchObject({
      registrationSource: 'oauth:acme',
      oauthProviders: ['acme'],
      passwordHash: undefined,
    })
    expect(await identity.events(first.user.id)).toEqual(['UserRegistered', 'UserAuthenticated'])
    const second = await complete(await come('olga'))
    expect(second).toMatchObject({ registered: false, user: { id: first.user.id } })
    await identity.call(() => identity.app.refreshSession(second.tokens.refresh.token, device))
    await expect(identity.call(() => identity.app.login('olga@example.com', goodPassword, device))).rejects.toEqual(
      refused('INVALID_CREDENTIALS'),
    )
  })

  it('opens one account when two tabs come back at once', async () => {
    const tabs = await Promise.all([come('tina'), come('tina'), come('tina')])
    const answers = await Promise.all(tabs.map(complete))
    expect(new Set(answers.map(({ user }) => user.id)).size).toBe(1)
    expect(answers.filter(({ registered }) => registered)).toHaveLength(1)
  })

  it('trusts an address only as far as the provider does, and needs one', async () => {
    const { user } = await complete(await come('pete'))
    expect(user).toMatchObject({ emailVerified: false, displayName: 'pete', language: 'en' })
    expect(await identity.events(user.id)).toContain('EmailVerificationRequested')
    await expect(complete(await come('quin'))).rejects.toEqual(refused('OAUTH_EMAIL_MISSING'))
  })

  it('is begun for nobody whose account is gone', async () => {
    await expect(start(crypto.randomUUID())).rejects.toEqual(refused('USER_NOT_FOUND'))
  })

  it('never takes an account over by its address', async () => {
    const person = await newPerson(identity, 'ruth@example.com')
    await expect(complete(await come('ruth'))).rejects.toEqual(refused('EMAIL_BELONGS_TO_ACCOUNT'))
    const linked = await link(await sessionOf(person.id), await come('ruth', person.id))
    expect(linked.oauthProviders).toEqual(['acme'])
    expect(await complete(await come('ruth'))).toMatchObject({ registered: false, user: { id: person.id } })
  })

  it('works once with a state, within ten minutes, at a known provider and address', async () => {
    const used = await come('olga')
    await complete(used)
    await expect(complete(used)).rejects.toEqual(refused('OAUTH_STATE_INVALID'))
    const late = await come('olga')
    identity.clock.advance(10 * 60_000)
    await expect(complete(late)).rejects.toEqual(refused('OAUTH_STATE_INVALID'))
    const wrongCode = await come('olga')
    await expect(complete({ ...wrongCode, code: 'made-up' })).rejects.toEqual(refused('OAUTH_REFUSED'))
    await expect(complete(wrongCode)).rejects.toEqual(refused('OAUTH_STATE_INVALID'))
    const [one, other] = [await come('olga'), await come('olga')]
    await expect(complete({ ...one, code: other.code })).rejects.toEqual(refused('OAUTH_REFUSED'))
    await expect(start(undefined, 'nowhere')).rejects.toEqual(refused('UNKNOWN_PROVIDER'))
    await expect(start(undefined, 'acme', `${redirectUri}/x`)).rejects.toEqual(refused('INVALID_REDIRECT_URI'))
    await expect(start(undefined, 'away')).rejects.toEqual(refused('OAUTH_PROVIDER_UNAVAILABLE'))
    const [row] = await identity.database.sql('select count(*) from oauth_states where provider = $1', 'away')
    expect(row).toEqual({ count: 0 })
  })

  it('ends where it was begun: whoever learns what went round in addresses can do nothing with it', async () => {
    const [mine, theirs] = [await come('olga'), await come('olga')]
    for (const binding of ['', 'made-up', theirs.binding, mine.state]) {
      await expect(complete({ ...mine, binding })).rejects.toEqual(refused('OAUTH_STATE_INVALID'))
    }
    await expect(complete({ ...mine, state: theirs.state })).rejects.toEqual(refused('OAUTH_STATE_INVALID'))
    // None of that has used it up.
    expect(await complete(mine)).toMatchObject({ user: { email: 'Olga@example.com' } })
    await expect(complete(mine)).rejects.toEqual(refused('OAUTH_STATE_INVALID'))
  })

  it('is not what a signed-in user began', async () => {
    const person = await newPerson(identity)
    await expect(complete(await come('olga', person.id))).rejects.toEqual(refused('OAUTH_STATE_INVALID'))
  })

  it('sends the browser with PKCE, and keeps nothing that would be of use to a reader of the database', async () => {
    const { authorizationUrl, state, binding } = await start()
    const { searchParams } = new URL(authorizationUrl)
    expect(searchParams.get('code_challenge_method')).toBe('S256')
    expect(searchParams.get('state')).toBe(state)
    expect(searchParams.get('nonce')).toHaveLength(43)
    expect(authorizationUrl).not.toContain(binding)
    const rows = JSON.stringify(
      await identity.database.sql('select encode(state_hash, $1) as hash, * from oauth_states', 'base64'),
    )
    for (const secret of [state, binding]) expect(rows).not.toContain(secret)
    expect(rows).not.toContain(searchParams.get('nonce'))
  })
})

describe('linking', () => {
  it('needs a sign-in that the same user began with a session that stands', async () => {
    const [ann, eve] = [await newPerson(identity), await newPerson(identity)]
    const [annNow, eveNow] = [await sessionOf(ann.id), await sessionOf(eve.id)]
    await expect(link(annNow, await come('sven', eve.id))).rejects.toEqual(refused('OAUTH_STATE_INVALID'))
    await expect(link(annNow, await come('sven'))).rejects.toEqual(refused('OAUTH_STATE_INVALID'))
    await link(annNow, await come('sven', ann.id))
    await link(annNow, await come('sven', ann.id))
    await expect(link(eveNow, await come('sven', eve.id))).rejects.toEqual(refused('OAUTH_ACCOUNT_TAKEN'))
    await expect(link(annNow, await come('uwe', ann.id))).rejects.toEqual(refused('PROVIDER_ALREADY_LINKED'))
    expect((await identity.events(ann.id)).slice(2)).toEqual(['UserAuthenticated', 'OAuthProviderLinked'])
    await identity.call(() => identity.app.logout(eveNow.sessionId))
    await expect(link(eveNow, await come('uwe', eve.id))).rejects.toEqual(refused('SESSION_ENDED'))
  })

  it('is not done in a session that ended while the provider was asked, as by a new password', async () => {
    const { app, call } = identity
    const thief = await newPerson(identity)
    const back = await comeFromFacebook('gus', thief.id)
    const owner = await sessionOf(thief.id)
    facebook.meanwhile = async () => {
      await call(() => app.requestPasswordReset(thief.email))
      const [row] = await identity.database.sql<{ id: string }>(
        `select id from mailed_links where user_id = $1 and purpose = 'reset-password'`,
        thief.id,
      )
      const { url } = await call(() => app.getActionLink(row?.id ?? ''))
      const token = new URL(url).searchParams.get('token') ?? ''
      await call(() => app.resetPassword(token, 'a-better-password-than-before'))
    }
    await expect(link(owner, back)).rejects.toEqual(refused('SESSION_ENDED'))
    facebook.meanwhile = async () => {}
    expect((await call(() => app.getMe(thief.id))).oauthProviders).toEqual([])
    expect(await identity.database.sql('select 1 from oauth_links where user_id = $1', thief.id)).toEqual([])
  })

  it('is undone unless nothing else is left to sign in with', async () => {
    const { user } = await complete(await come('uwe'))
    const unlink = () => identity.call(() => identity.app.unlinkOAuth(user.id, 'acme'))
    await expect(unlink()).rejects.toEqual(refused('LAST_SIGN_IN_METHOD'))
    const owner = await sessionOf(user.id)
    await identity.call(() => identity.app.changePassword(owner, '', 'a-first-password-of-mine'))
    expect((await unlink()).oauthProviders).toEqual([])
    await identity.call(() => identity.app.login('uwe@example.com', 'a-first-password-of-mine', device))
    await expect(complete(await come('uwe'))).rejects.toEqual(refused('EMAIL_BELONGS_TO_ACCOUNT'))
  })

  it('leaves an account without a password to be deleted with none', async () => {
    const { user } = await complete(await come('olga'))
    const owner = await sessionOf(user.id)
    const remove = (password: string) => identity.call(() => identity.app.deleteUser(owner, password))
    await expect(remove('anything')).rejects.toEqual(refused('INVALID_CREDENTIALS'))
    await remove('')
    expect(await complete(await come('olga'))).toMatchObject({ registered: true })
  })

  it('is found nowhere once the account is deleted, nor what the provider told', async () => {
    const { user } = await complete(await comeFromFacebook('gwen'))
    const told = ['fb-gwen', 'gwen@example.com']
    for (const text of told) expect(await placesOf(identity, text)).not.toEqual([])
    const owner = await sessionOf(user.id)
    await identity.call(() => identity.app.deleteUser(owner, ''))
    for (const text of told) expect(await placesOf(identity, text)).toEqual([])
  })
})

describe('Facebook', () => {
  it('tells who came without OpenID Connect, and no verified address', async () => {
    const { authorizationUrl } = await start(undefined, 'facebook')
    expect(new URL(authorizationUrl).pathname).toMatch(/^\/v\d+\.0\/dialog\/oauth$/)
    const { user, registered } = await complete(await comeFromFacebook('fay'))
    expect(registered).toBe(true)
    expect(user).toMatchObject({ email: 'fay@example.com', emailVerified: false, displayName: 'Fay Book' })
    const again = await start(undefined, 'facebook')
    await expect(complete({ ...again, code: 'fay' })).rejects.toEqual(refused('OAUTH_REFUSED'))
  })
})
