import { create } from '@bufbuild/protobuf'
import { StringValueSchema } from '@bufbuild/protobuf/wkt'
import { Code, ConnectError, createMethodImplSpec, type HandlerContext } from '@connectrpc/connect'
import { decodeJwt } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ErrorInfoSchema } from '#gen/google/rpc/error_details_pb.ts'
import { type Authenticator, createAuthenticator } from '#shared/infrastructure/authenticator.ts'
import { clientOf } from '#shared/infrastructure/clients/client.ts'
import { localTransport } from '#shared/infrastructure/clients/local-transport.ts'
import { createGate, maybeCaller } from '#shared/presentation/gate.ts'
import { maybeGuest } from '#shared/presentation/guest-access.ts'
import { ProbeService } from '../../shared/tests/probe-service.ts'
import { newPerson, openIdentity, type TestIdentity } from './fixture.ts'

let identity: TestIdentity
beforeAll(async () => {
  identity = await openIdentity('identity_guests')
})
afterAll(() => identity.close())

/** One that has seen no token yet: what was verified once is remembered, and so are keys for a while. */
const newAuthenticator = (): Authenticator => {
  const now = () => identity.clock.now()
  return createAuthenticator({ fetchKeys: () => identity.keys.jwks(now()), now })
}

const hour = 60 * 60_000
const guest = {
  guestId: '019a0000-0000-7000-8000-000000000001',
  displayName: ' Gus Guest ',
  resource: { type: 'probe', id: 'p1' },
}
const issue = (over: Partial<typeof guest> = {}, lifetimeMs = hour) =>
  identity.app.issueGuestToken({ ...guest, ...over, lifetimeMs })

/** A service whose handlers say who calls. */
const service = () => {
  const { method } = ProbeService
  const answer = (_: unknown, context: HandlerContext) => {
    const { resource, displayName } = maybeGuest(context) ?? {}
    const value = `${displayName} of ${resource?.type} ${resource?.id}, user ${maybeCaller(context)}`
    return create(StringValueSchema, { value })
  }
  const served = [method.own, method.guests, method.write, method.inner, method.member, method.ownAccount]
  const methods = served.map((each) => [
    `/${each.parent.typeName}/${each.name}`,
    createMethodImplSpec(each, answer as never),
  ])
  return clientOf(
    ProbeService,
    localTransport({
      methods: new Map(methods as never),
      interceptors: [],
      requestGate: createGate({
        context: 'test',
        authenticator: newAuthenticator(),
        authorizer: { allows: async () => true },
        log: { error: (message) => expect.fail(message) },
        onRefused: () => {},
      }),
    }),
  )
}

const outcomeOf = async (call: Promise<{ value: string }>): Promise<string> => {
  try {
    return (await call).value
  } catch (error) {
    const refusal = ConnectError.from(error)
    return `${Code[refusal.code]} ${refusal.findDetails(ErrorInfoSchema)[0]?.reason}`
  }
}

describe('a guest token', () => {
  it('proves a person by name, let in to one resource, until its end', async () => {
    const { token, expiresAt } = await issue()
    const authenticator = newAuthenticator()
    const principal = { ...guest, kind: 'guest', displayName: 'Gus Guest' }
    expect(await authenticator.verify(token)).toEqual(principal)
    expect(expiresAt.getTime() - identity.clock.now().getTime()).toBe(hour)
    expect(Object.keys(decodeJwt(token)).sort()).toEqual(['aud', 'exp', 'guest_of', 'iat', 'iss', 'jti', 'name', 'sub'])
    identity.clock.advance(hour + 4000)
    await authenticator.verify(token)
    identity.clock.advance(1001)
    await expect(authenticator.verify(token)).rejects.toMatchObject({ reason: 'TOKEN_EXPIRED' })
  })

  it('lasts 24 hours at most, also when signing keys change meanwhile', async () => {
    for (const lifetimeMs of [0, -1, 999, 24 * hour + 1, Number.NaN]) {
      await expect(issue({}, lifetimeMs)).rejects.toMatchObject({ reason: 'INVALID_LIFETIME' })
    }
    await expect(issue({ displayName: ' ' })).rejects.toMatchObject({ reason: 'INVALID_DISPLAY_NAME' })
    const signedBy = async () => (await identity.keys.current(identity.clock.now())).kid
    const before = await signedBy()
    identity.clock.advance(30 * 24 * hour - 6 * 60_000)
    const { token } = await issue({}, 24 * hour)
    for (let hours = 0; hours < 24; hours += 1) {
      expect(await newAuthenticator().verify(token)).toMatchObject({ kind: 'guest' })
      identity.clock.advance(hour)
    }
    expect(await signedBy()).not.toBe(before)
  })

  it('is let in where an rpc says so, to resources of its type, and as nobody where anybody may', async () => {
    const client = service()
    const by = async (over: Partial<typeof guest> = {}) => {
      const { token } = await issue(over)
      const options = { headers: { authorization: `Bearer ${token}` } }
      const names = ['guests', 'write', 'own', 'member', 'ownAccount', 'inner'] as const
      return Promise.all(names.map((name) => outcomeOf(client[name]({ value: '' }, options))))
    }
    const [refused, internal] = ['PermissionDenied ACCOUNT_REQUIRED', 'PermissionDenied INTERNAL_ONLY']
    const inside = 'Gus Guest of probe p1, user undefined'
    expect(await by()).toEqual([inside, inside, refused, refused, refused, internal])
    const elsewhere = 'Gus Guest of party p1, user undefined'
    expect(await by({ resource: { type: 'party', id: 'p1' } })).toEqual([
      refused,
      elsewhere,
      refused,
      refused,
      refused,
      internal,
    ])
  })

  it('keeps nobody with an account from what guests may', async () => {
    const { id, tokens } = await newPerson(identity)
    const options = { headers: { authorization: `Bearer ${tokens.access.token}` } }
    expect(await outcomeOf(service().guests({ value: '' }, options))).toContain(`user ${id}`)
    expect(await outcomeOf(service().guests({ value: '' }))).toBe('Unauthenticated TOKEN_REQUIRED')
  })
})
