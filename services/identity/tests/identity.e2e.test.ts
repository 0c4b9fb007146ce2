import { Code, ConnectError, createClient } from '@connectrpc/connect'
import { createLocalJWKSet, jwtVerify } from 'jose'
import { beforeAll, describe, expect, it } from 'vitest'
import { BadRequestSchema, ErrorInfoSchema, RetryInfoSchema } from '#gen/google/rpc/error_details_pb.ts'
import { IdentityService } from '#gen/troupe/identity/v1/identity_service_pb.ts'
import { MeshService } from '#gen/troupe/mesh/v1/mesh_service_pb.ts'
import { dateOf } from '#shared/domain/timestamp.ts'
import { eventually, outcomeOf, testMesh } from '../../../tests/mesh.ts'
import { codeOf } from './authenticator-app.ts'

const mesh = testMesh()
const identity = (token?: string) => createClient(IdentityService, mesh.transport(token))
const anyone = identity()
const password = 'quite-a-long-password'
const newEmail = () => `${crypto.randomUUID()}@example.com`

const register = async (email = newEmail()) => {
  const { user } = await anyone.registerUser({ email, password, displayName: 'Ida Identity', language: 'en-gb' })
  return { id: user?.id as string, email }
}

const signIn = async (email: string, headers: Record<string, string> = {}) => {
  const { tokens, user } = await anyone.login({ email, password }, { headers })
  if (!tokens || !user) throw new Error('Login answered without tokens or user')
  return { tokens, user, as: identity(tokens.accessToken) }
}

const newPerson = async () => {
  const { id, email } = await register()
  return { id, email, ...(await signIn(email)) }
}

/** What a call is refused with. */
const refusal = async (
  call: Promise<unknown>,
): Promise<{ code: Code; reason: string | undefined; error: ConnectError }> => {
  const error = await call.then(
    () => {
      throw new Error('the call was not refused')
    },
    (thrown: unknown) => ConnectError.from(thrown),
  )
  return { code: error.code, reason: error.findDetails(ErrorInfoSchema)[0]?.reason, error }
}

const expectRefusal = async (call: Promise<unknown>, code: Code, reason: string) => {
  expect(await refusal(call)).toMatchObject({ code, reason })
}

/** Waits until the call is refused, its session being over. */
const untilEnded = (call: () => Promise<unknown>) =>
  eventually(async () => (await outcomeOf(call())) === 'Unauthenticated SESSION_ENDED' || undefined)

/** The token of the newest link that an event told of, as whoever mails it gets to know it. */
const mailedToken = async (userId: string, event: string): Promise<string> => {
  const operator = createClient(MeshService, await mesh.operator())
  const { events } = await operator.listRecentEvents({ contexts: ['identity'], aggregateId: userId, pageSize: 50 })
  const requestId = String(events.find(({ type }) => type.endsWith(event))?.data?.requestId)
  const { url } = await createClient(IdentityService, await mesh.service('story')).getActionLink({ requestId })
  return new URL(url).searchParams.get('token') ?? ''
}

describe('an account', () => {
  it('is opened, signed in to, and read', async () => {
    const { id, email } = await register()
    const { tokens, user, as } = await signIn(email.toUpperCase())
    expect(user).toMatchObject({ id, email, language: 'en-GB', timeZone: 'UTC', isActive: true, hasPassword: true })
    expect((await as.getMe({})).user).toEqual(user)
    expect(tokens.refreshToken).toMatch(/^[\w-]{43,}$/)
    const { profile } = await anyone.getUser({ userId: id })
    expect(profile).toMatchObject({ id, displayName: 'Ida Identity' })
    expect(Object.keys(profile ?? {})).not.toContain('email')
    await expectRefusal(anyone.registerUser({ email, password, displayName: 'X' }), Code.AlreadyExists, 'EMAIL_TAKEN')
  })

  it('is opened once by ten calls with one key', async () => {
    const input = { email: newEmail(), password, displayName: 'Once' }
    const headers = { 'idempotency-key': crypto.randomUUID() }
    const answers = await Promise.all(Array.from({ length: 10 }, () => anyone.registerUser(input, { headers })))
    expect(new Set(answers.map(({ user }) => user?.id)).size).toBe(1)
  })

  it('is refused with what is wrong with it', async () => {
    const input = { email: newEmail(), password, displayName: 'X' }
    await expectRefusal(
      anyone.registerUser({ ...input, password: 'Password123' }),
      Code.InvalidArgument,
      'PASSWORD_TOO_COMMON',
    )
    const { code, error } = await refusal(anyone.registerUser({ ...input, email: 'no address', displayName: ' ' }))
    expect(code).toBe(Code.InvalidArgument)
    const fields = error.findDetails(BadRequestSchema)[0]?.fieldViolations.map(({ field }) => field)
    expect(fields?.sort()).toEqual(['display_name', 'email'])
  })

  it('is changed by its owner alone', async () => {
    const { id, as } = await newPerson()
    await as.updateProfile({ displayName: 'Renamed', bio: 'writes', avatarUrl: 'https://example.com/me.png' })
    await as.updateProfile({ bio: '' })
    await as.updatePreferences({ timeZone: 'Europe/Vienna' })
    const address = { lines: ['Ring 1'], city: 'Wien', postalCode: '1010', country: 'AT' }
    const { user } = await as.updateContactInfo({ phone: '+4315551234', address })
    expect(user).toMatchObject({ displayName: 'Renamed', bio: '', language: 'en-GB', timeZone: 'Europe/Vienna' })
    expect(user?.contact).toMatchObject({ phone: '+4315551234', address })
    expect((await anyone.batchGetUsers({ userIds: [id, crypto.randomUUID()] })).profiles).toMatchObject([
      { id, displayName: 'Renamed', avatarUrl: 'https://example.com/me.png' },
    ])
    await expectRefusal(anyone.updateProfile({ bio: 'x' }), Code.Unauthenticated, 'TOKEN_REQUIRED')
    await expectRefusal(identity('not.a.token').getMe({}), Code.Unauthenticated, 'INVALID_TOKEN')
    await expectRefusal(as.updatePreferences({ language: 'x_y!' }), Code.InvalidArgument, 'INVALID_LANGUAGE')
  })

  it('is deleted with its password, for good', async () => {
    const { id, email, as, tokens } = await newPerson()
    await expectRefusal(as.deleteUser({ password: 'not-the-one' }), Code.Unauthenticated, 'INVALID_CREDENTIALS')
    await as.deleteUser({ password })
    await expectRefusal(anyone.getUser({ userId: id }), Code.NotFound, 'USER_NOT_FOUND')
    await expectRefusal(anyone.login({ email, password }), Code.Unauthenticated, 'INVALID_CREDENTIALS')
    await expectRefusal(
      anyone.refreshSession({ refreshToken: tokens.refreshToken }),
      Code.Unauthenticated,
      'INVALID_REFRESH_TOKEN',
    )
    expect((await register(email)).id).not.toBe(id)
  })
})

describe('signing in', () => {
  it('answers alike for an unknown address and a wrong password, and delays who goes on guessing', async () => {
    const { email } = await register()
    const unknown = await refusal(anyone.login({ email: newEmail(), password }))
    const wrong = await refusal(anyone.login({ email, password: 'wrong-password' }))
    expect(wrong).toMatchObject({ code: Code.Unauthenticated, reason: 'INVALID_CREDENTIALS' })
    expect({ ...unknown, error: unknown.error.message }).toEqual({ ...wrong, error: wrong.error.message })
    for (let tries = 0; tries < 4; tries += 1) await refusal(anyone.login({ email, password: 'wrong-password' }))
    const delayed = await refusal(anyone.login({ email, password }))
    expect(delayed).toMatchObject({ code: Code.ResourceExhausted, reason: 'LOGIN_DELAYED' })
    const delay = delayed.error.findDetails(RetryInfoSchema)[0]?.retryDelay
    expect(Number(delay?.seconds) * 1000 + (delay?.nanos ?? 0) / 1e6).toBeLessThanOrEqual(1000)
    await new Promise((done) => setTimeout(done, 1100))
    await signIn(email)
  })

  it('is for ten minutes, with keys that anybody can read', async () => {
    const { id, tokens } = await newPerson()
    const response = await fetch(`${mesh.url}/.well-known/jwks.json`)
    expect(response.headers.get('cache-control')).toBe('public, max-age=300')
    const published = (await response.json()) as { keys: [] }
    expect(published).toEqual(JSON.parse((await anyone.getJwks({})).jwks))
    const { payload } = await jwtVerify(tokens.accessToken, createLocalJWKSet(published), { typ: 'at+jwt' })
    expect(payload.sub).toBe(id)
    expect((payload.exp as number) - (payload.iat as number)).toBe(600)
    expect((await fetch(`${mesh.url}/.well-known/jwks.json`, { method: 'POST' })).status).toBe(405)
  })

  it('goes on with refresh tokens, of which twenty at once get one, and an old one ends it all', async () => {
    const { tokens, as } = await newPerson()
    const refresh = (refreshToken: string) => anyone.refreshSession({ refreshToken })
    const answers = await Promise.all(Array.from({ length: 20 }, () => refresh(tokens.refreshToken)))
    const [next, ...others] = new Set(answers.map((answer) => answer.tokens?.refreshToken ?? ''))
    expect(others).toEqual([])
    const third = (await refresh(next as string)).tokens?.refreshToken ?? ''
    await expectRefusal(refresh(tokens.refreshToken), Code.Unauthenticated, 'REFRESH_TOKEN_REUSED')
    await expectRefusal(refresh(third), Code.Unauthenticated, 'SESSION_ENDED')
    await untilEnded(() => as.listSessions({}))
  })

  it('on several devices gives sessions that are listed and ended one by one', async () => {
    const { email, as } = await newPerson()
    const phone = await signIn(email, { 'user-agent': 'Phone/1.0' })
    const { sessions } = await phone.as.listSessions({})
    expect(sessions).toHaveLength(2)
    expect(sessions[0]).toMatchObject({ current: true })
    expect(sessions[0]?.device).toContain('Phone/1.0')
    expect(sessions[0]?.address).toMatch(/^127\.0\.0\.1$|^::1$/)
    const stranger = await newPerson()
    const sessionId = sessions[0]?.id ?? ''
    await expectRefusal(stranger.as.revokeSession({ sessionId }), Code.NotFound, 'SESSION_NOT_FOUND')
    await as.revokeSession({ sessionId })
    await expectRefusal(
      anyone.refreshSession({ refreshToken: phone.tokens.refreshToken }),
      Code.Unauthenticated,
      'SESSION_ENDED',
    )
    await untilEnded(() => phone.as.listSessions({}))
    await as.logout({})
    await untilEnded(() => as.listSessions({}))
  })

  it('needs the new password once it is changed', async () => {
    const { email, as } = await newPerson()
    const newPassword = 'another-long-password'
    await expectRefusal(
      as.changePassword({ currentPassword: 'wrong-password', newPassword }),
      Code.Unauthenticated,
      'INVALID_CREDENTIALS',
    )
    await as.changePassword({ currentPassword: password, newPassword })
    await expectRefusal(anyone.login({ email, password }), Code.Unauthenticated, 'INVALID_CREDENTIALS')
    await anyone.login({ email, password: newPassword })
  })

  it('takes a code of an authenticator app besides, once one is set up', async () => {
    const { email, as, tokens } = await newPerson()
    await expectRefusal(as.enrollTotp({ password: 'not-the-one' }), Code.Unauthenticated, 'INVALID_CREDENTIALS')
    const { secret, otpauthUri } = await as.enrollTotp({ password })
    expect(otpauthUri).toMatch(/^otpauth:\/\/totp\/Troupe:/)
    await expectRefusal(as.confirmTotp({ code: '12345' }), Code.Unauthenticated, 'TOTP_INVALID')
    // Tokens are for ten minutes: so the mesh says what time it is there.
    const now = new Date((dateOf(tokens.expiresAt)?.getTime() ?? 0) - 10 * 60_000)
    const headers = { 'idempotency-key': crypto.randomUUID() }
    const code = codeOf(secret, now)
    const { recoveryCodes } = await as.confirmTotp({ code }, { headers })
    await expectRefusal(as.confirmTotp({ code }, { headers }), Code.FailedPrecondition, 'IDEMPOTENCY_RESPONSE_WITHHELD')
    expect((await as.getMe({})).user?.hasTotp).toBe(true)
    await expectRefusal(anyone.login({ email, password }), Code.FailedPrecondition, 'TOTP_REQUIRED')
    await expectRefusal(anyone.login({ email, password, totp: code }), Code.Unauthenticated, 'TOTP_INVALID')
    const [first = '', second = ''] = recoveryCodes
    await anyone.login({ email, password, totp: first })
    await expectRefusal(anyone.login({ email, password, totp: first }), Code.Unauthenticated, 'TOTP_INVALID')
    await as.disableTotp({ code: second })
    await expectRefusal(as.disableTotp({ code: second }), Code.FailedPrecondition, 'TOTP_NOT_ON')
    await signIn(email)
  })

  it('is possible again by a mailed link, and the address is verified by one', async () => {
    const { email, as, id } = await newPerson()
    await anyone.requestPasswordReset({ email })
    const toVerify = await mailedToken(id, 'EmailVerificationRequested')
    const toReset = await mailedToken(id, 'PasswordResetRequested')
    await anyone.verifyEmail({ token: toVerify })
    expect((await as.getMe({})).user?.emailVerified).toBe(true)
    await expectRefusal(as.requestEmailVerification({}), Code.FailedPrecondition, 'EMAIL_ALREADY_VERIFIED')
    await expectRefusal(anyone.verifyEmail({ token: toVerify }), Code.FailedPrecondition, 'LINK_USED')
    await expectRefusal(anyone.verifyEmail({ token: 'x' }), Code.InvalidArgument, 'INVALID_LINK_TOKEN')
    const newPassword = 'another-long-password'
    await expectRefusal(
      anyone.resetPassword({ token: toReset, newPassword: 'Password123' }),
      Code.InvalidArgument,
      'PASSWORD_TOO_COMMON',
    )
    await anyone.resetPassword({ token: toReset, newPassword })
    await expectRefusal(anyone.resetPassword({ token: toReset, newPassword }), Code.FailedPrecondition, 'LINK_USED')
    await expectRefusal(anyone.login({ email, password }), Code.Unauthenticated, 'INVALID_CREDENTIALS')
    const { tokens } = await anyone.login({ email, password: newPassword })
    const again = identity(tokens?.accessToken)
    expect((await again.listSessions({})).sessions).toHaveLength(1)
    await untilEnded(() => as.listSessions({}))
    expect(await anyone.requestPasswordReset({ email: newEmail() })).toEqual(
      await anyone.requestPasswordReset({ email }),
    )
    await expectRefusal(again.getActionLink({ requestId: crypto.randomUUID() }), Code.PermissionDenied, 'INTERNAL_ONLY')
  })

  it('at other providers is offered where one is configured', async () => {
    const { providers } = await anyone.listOAuthProviders({})
    expect(providers).toEqual([])
    await expectRefusal(
      anyone.startOAuth({ provider: 'acme', redirectUri: 'https://example.com/' }),
      Code.NotFound,
      'UNKNOWN_PROVIDER',
    )
    const back = { state: 'x', code: 'y', binding: 'z' }
    await expectRefusal(anyone.completeOAuth(back), Code.FailedPrecondition, 'OAUTH_STATE_INVALID')
  })
})

describe('operators', () => {
  let operator: ReturnType<typeof identity>
  beforeAll(async () => {
    operator = createClient(IdentityService, await mesh.operator())
  })

  it('find, suspend and reactivate accounts; others may not', async () => {
    const { id, email, as, tokens } = await newPerson()
    await expectRefusal(as.listUsers({}), Code.PermissionDenied, 'PERMISSION_DENIED')
    const { users } = await operator.listUsers({ query: email.slice(0, 30).toUpperCase(), pageSize: 1 })
    expect(users).toMatchObject([{ id, email }])
    const { user: suspended } = await operator.suspendUser({ userId: id, reason: 'spam' })
    expect(suspended).toMatchObject({ isActive: false, suspension: { reason: 'spam' } })
    const found = await operator.listUsers({ query: id })
    expect(found.users).toMatchObject([{ id, isActive: false, suspension: { reason: 'spam' } }])
    // By the mesh's clock, which others may move by minutes meanwhile.
    const { createdAt, suspension } = found.users[0] ?? {}
    const afterMs = (dateOf(suspension?.suspendedAt)?.getTime() ?? Number.NaN) - (dateOf(createdAt)?.getTime() ?? 0)
    expect(afterMs).toBeGreaterThanOrEqual(0)
    expect(afterMs).toBeLessThan(60 * 60_000)
    await expectRefusal(anyone.login({ email, password }), Code.PermissionDenied, 'USER_SUSPENDED')
    await expectRefusal(anyone.getUser({ userId: id }), Code.NotFound, 'USER_NOT_FOUND')
    await untilEnded(() => as.updateProfile({ bio: 'x' }))
    expect((await operator.reactivateUser({ userId: id })).user).toMatchObject({ isActive: true })
    expect((await operator.listUsers({ query: id })).users[0]?.suspension).toBeUndefined()
    await expectRefusal(
      anyone.refreshSession({ refreshToken: tokens.refreshToken }),
      Code.Unauthenticated,
      'SESSION_ENDED',
    )
    await signIn(email)
    const me = (await operator.getMe({})).user
    expect(me?.roles).toEqual(['super-admin'])
    await expectRefusal(
      operator.suspendUser({ userId: me?.id ?? '', reason: 'self' }),
      Code.FailedPrecondition,
      'OWN_ACCOUNT',
    )
  })

  it('page through accounts without seeing one twice', async () => {
    const people = await Promise.all(Array.from({ length: 5 }, () => register()))
    const seen: string[] = []
    for (let pageToken = ''; ; ) {
      const page = await operator.listUsers({ pageSize: 2, pageToken })
      seen.push(...page.users.map(({ id }) => id))
      pageToken = page.nextPageToken
      if (pageToken === '' || people.every(({ id }) => seen.includes(id))) break
    }
    expect(new Set(seen).size).toBe(seen.length)
    expect(people.every(({ id }) => seen.includes(id))).toBe(true)
  })
})

it('gives a service token only for an assertion of a service', async () => {
  await expectRefusal(anyone.issueServiceToken({ assertion: 'x.y.z' }), Code.Unauthenticated, 'INVALID_ASSERTION')
})
