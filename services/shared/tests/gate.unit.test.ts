import type { DescMethod } from '@bufbuild/protobuf'
import { Code, ConnectError, createContextValues, createHandlerContext, type HandlerContext } from '@connectrpc/connect'
import { describe, expect, it } from 'vitest'
import { ErrorInfoSchema } from '#gen/google/rpc/error_details_pb.ts'
import { IdentityService } from '#gen/troupe/identity/v1/identity_service_pb.ts'
import { MeshService } from '#gen/troupe/mesh/v1/mesh_service_pb.ts'
import type { ApiKeyScope } from '../domain/api-key-scope.ts'
import { unauthenticated, unavailable } from '../domain/errors.ts'
import type { Authenticator } from '../infrastructure/authenticator.ts'
import type { Authorizer } from '../infrastructure/authorizer.ts'
import {
  admissionKey,
  type CallContext,
  callKey,
  localCallerKey,
  type Principal,
} from '../infrastructure/call-context.ts'
import { isUuid } from '../infrastructure/uuid.ts'
import { assertRules } from '../presentation/access-rules.ts'
import { readDescriptors } from '../presentation/descriptors.ts'
import { caller, createGate, maybeCaller } from '../presentation/gate.ts'
import { ProbeService } from './probe-service.ts'

const user = (userId: string): Principal => ({ kind: 'user', userId, sessionId: 's', roles: [] })
const key = (userId: string, ...scopes: ApiKeyScope[]): Principal => ({
  kind: 'user',
  userId,
  sessionId: '',
  roles: [],
  apiKey: { id: 'k', scopes },
})
const tokens: Record<string, Principal> = {
  plain: user('ann'),
  clerk: user('clerk'),
  root: user('root'),
  reads: key('clerk', 'read'),
  writes: key('clerk', 'write'),
  both: key('clerk', 'read', 'write'),
  operates: key('clerk', 'read', 'write', 'operate'),
  members: key('ann', 'read', 'write', 'operate'),
  guest: { kind: 'guest', guestId: 'gus', displayName: 'Gus', resource: { type: 'probe', id: 'p1' } },
  story: { kind: 'service', name: 'story' },
}

const authenticator: Authenticator = {
  verify: async (token) => {
    if (token === 'away') throw unavailable('KEYS_UNAVAILABLE', 'later')
    if (token === 'bug') throw new Error('secret inside')
    const principal = tokens[token]
    if (!principal) throw unauthenticated('INVALID_TOKEN', 'no')
    return principal
  },
}

const holders: Record<string, string[]> = { 'probe:use': ['clerk', 'root'], 'probe:see': ['ann', 'clerk', 'root'] }

const authorizer: Authorizer = {
  allows: async (userId, permission) => (holders[permission] ?? ['root']).includes(userId),
}

interface Try {
  headers?: Record<string, string>
  local?: string
  timeoutMs?: number
}

const knock = async (method: DescMethod, { headers = {}, local, timeoutMs }: Try = {}) => {
  const refused: string[] = []
  const logged: string[] = []
  const contextValues = createContextValues()
  if (local) contextValues.set(localCallerKey, local)
  const context = createHandlerContext({
    service: method.parent,
    method,
    protocolName: 'grpc',
    requestMethod: 'POST',
    url: 'http://test/',
    requestHeader: headers,
    contextValues,
    ...(timeoutMs !== undefined && { timeoutMs }),
  })
  const gate = createGate({
    context: 'test',
    authenticator,
    authorizer,
    log: { error: (message) => void logged.push(message) },
    onRefused: (_context, code) => void refused.push(code),
  })
  let answer = 'in'
  try {
    await gate(context)
  } catch (error) {
    const known = ConnectError.from(error)
    answer = known.findDetails(ErrorInfoSchema)[0]?.reason ?? `${Code[known.code]}: ${known.rawMessage}`
  }
  context.abort()
  return { answer, refused, logged, context }
}

const outcome = async (method: DescMethod, options?: Try) => (await knock(method, options)).answer
const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } })
const admitted = async (options: Try, method: DescMethod = ProbeService.method.write): Promise<CallContext> => {
  const { answer, context } = await knock(method, options)
  expect(answer).toBe('in')
  return context.values.get(callKey) as CallContext
}

describe('every rule lets in whom it names and nobody else', () => {
  const { method } = ProbeService
  const nobody: Try = {}
  const callers: [string, Try][] = [
    ['nobody', nobody],
    ['a member', bearer('plain')],
    ['a clerk', bearer('clerk')],
    ['the super-admin', bearer('root')],
    ['a service', bearer('story')],
    ['a context of this process', { local: 'story' }],
    ['a member by way of this process', { ...bearer('plain'), local: 'story' }],
    ['a guest', bearer('guest')],
  ]
  const signIn = 'TOKEN_REQUIRED'
  const no = 'PERMISSION_DENIED'
  const table: [keyof typeof method, string[]][] = [
    ['write', ['in', 'in', 'in', 'in', 'in', 'in', 'in', 'in']],
    ['watch', ['in', 'in', 'in', 'in', 'in', 'in', 'in', 'in']],
    ['guests', [signIn, 'in', 'in', 'in', 'USERS_ONLY', 'USERS_ONLY', 'in', 'in']],
    ['own', [signIn, 'in', 'in', 'in', 'USERS_ONLY', 'USERS_ONLY', 'in', 'ACCOUNT_REQUIRED']],
    ['ownAccount', [signIn, 'in', 'in', 'in', 'USERS_ONLY', 'USERS_ONLY', 'in', 'ACCOUNT_REQUIRED']],
    [
      'inner',
      [signIn, 'INTERNAL_ONLY', 'INTERNAL_ONLY', 'INTERNAL_ONLY', 'in', 'in', 'INTERNAL_ONLY', 'INTERNAL_ONLY'],
    ],
    ['staff', [signIn, no, 'in', 'in', 'USERS_ONLY', 'USERS_ONLY', no, 'ACCOUNT_REQUIRED']],
    ['member', [signIn, 'in', 'in', 'in', 'USERS_ONLY', 'USERS_ONLY', 'in', 'ACCOUNT_REQUIRED']],
    ['nobody', [signIn, no, no, 'in', 'USERS_ONLY', 'USERS_ONLY', no, 'ACCOUNT_REQUIRED']],
  ]
  it.each(table)('%s', async (name, expected) => {
    const answers = []
    for (const [, options] of callers) answers.push(await outcome(method[name], options))
    expect(answers).toEqual(expected)
  })

  it('and an rpc without a rule lets in nobody at all', async () => {
    for (const [, options] of callers) {
      const { answer, logged } = await knock(method.unruled, options)
      expect(answer).toBe('Internal: internal error')
      expect(logged).toHaveLength(1)
    }
  })
})

describe('an API key is let in as far as its scopes and its owner go', () => {
  const { method } = ProbeService
  const callers = ['reads', 'writes', 'both', 'operates', 'members']
  const scope = 'SCOPE_REQUIRED'
  const session = 'SESSION_REQUIRED'
  const inner = 'INTERNAL_ONLY'
  const table: [keyof typeof method, string[]][] = [
    ['write', [scope, 'in', 'in', 'in', 'in']],
    ['read', ['in', scope, 'in', 'in', 'in']],
    ['watch', ['in', scope, 'in', 'in', 'in']],
    ['own', [scope, 'in', 'in', 'in', 'in']],
    ['ownRead', ['in', scope, 'in', 'in', 'in']],
    ['ownAccount', [session, session, session, session, session]],
    ['inner', [inner, inner, inner, inner, inner]],
    ['staff', [scope, scope, scope, 'in', 'PERMISSION_DENIED']],
    ['staffRead', [scope, scope, scope, 'in', 'PERMISSION_DENIED']],
    ['member', [scope, 'in', 'in', 'in', 'in']],
    ['nobody', [scope, scope, scope, 'PERMISSION_DENIED', 'PERMISSION_DENIED']],
  ]
  it.each(table)('%s', async (name, expected) => {
    const answers = []
    for (const each of callers) answers.push(await outcome(method[name], bearer(each)))
    expect(answers).toEqual(expected)
  })

  it('and is its owner, who has no session', async () => {
    const call = await admitted(bearer('both'))
    expect(call).toMatchObject({ actor: 'clerk', principal: { userId: 'clerk', sessionId: '' } })
  })

  it('asks for no scope where the mesh answers anybody without a contract of ours', async () => {
    const check = readDescriptors().getService('grpc.health.v1.Health')?.method.check as DescMethod
    for (const each of ['reads', 'writes']) expect(await outcome(check, bearer(each))).toBe('in')
  })
})

it('a host with an rpc without a rule does not start', () => {
  expect(() => assertRules([IdentityService, MeshService])).not.toThrow()
  expect(() => assertRules([MeshService, ProbeService])).toThrow('test.v1.ProbeService/Unruled')
})

describe('the Authorization header', () => {
  const { own, write } = ProbeService.method

  it.each(['Bearer plain', 'bearer plain', 'BEARER plain', 'Bearer   plain'])('may read %j', async (authorization) => {
    expect(await outcome(own, { headers: { authorization } })).toBe('in')
  })

  it.each([
    'Bearer',
    'Bearer ',
    'plain',
    'Basic cGxhaW46',
    'Bearerplain',
    'Bearer plain extra',
    'Bearer plain, Bearer root',
    'Bearer root, Bearer plain',
    'Bearer\tplain extra',
    'Token Bearer plain',
    `Bearer ${'x'.repeat(15_000)}`,
  ])('is refused, also where no token is needed, and never read as another: %#', async (authorization) => {
    for (const method of [own, write])
      expect(await outcome(method, { headers: { authorization } })).toBe('INVALID_TOKEN')
  })

  it('that says nothing is refused rather than taken for a service of this process', async () => {
    expect(await outcome(ProbeService.method.inner, { headers: { authorization: '' }, local: 'story' })).toBe(
      'INVALID_TOKEN',
    )
  })

  it('may come twice only to be refused', async () => {
    const { context } = await knock(own, bearer('plain'))
    const headers = new Headers({ authorization: 'Bearer plain' })
    headers.append('authorization', 'Bearer root')
    expect(await outcome(context.method, { headers: Object.fromEntries(headers) })).toBe('INVALID_TOKEN')
  })

  it('that cannot be checked at present is no refusal', async () => {
    expect(await outcome(own, bearer('away'))).toBe('KEYS_UNAVAILABLE')
  })
})

describe('what goes wrong at the gate', () => {
  it('is counted by the name of its code', async () => {
    expect((await knock(ProbeService.method.own)).refused).toEqual(['unauthenticated'])
    expect((await knock(ProbeService.method.staff, bearer('plain'))).refused).toEqual(['permission_denied'])
    expect((await knock(ProbeService.method.own, bearer('away'))).refused).toEqual(['unavailable'])
  })

  it('is logged when nobody expected it, and told to nobody', async () => {
    const { answer, logged } = await knock(ProbeService.method.own, bearer('bug'))
    expect(answer).toBe('Internal: internal error')
    expect(logged).toHaveLength(1)
    expect((await knock(ProbeService.method.own)).logged).toEqual([])
  })
})

describe('a call that is let in', () => {
  const mesh = { 'x-troupe-actor': 'ben', 'x-troupe-causation-id': 'command-1' }

  it('is on behalf of whom a service says, and of nobody else when a user says so', async () => {
    expect(await admitted({ headers: { ...bearer('story').headers, ...mesh } })).toMatchObject({
      actor: 'ben',
      causationId: 'command-1',
    })
    expect(await admitted({ headers: mesh, local: 'story' })).toMatchObject({ actor: 'ben', causationId: 'command-1' })
    for (const options of [{ headers: mesh }, { headers: { ...bearer('plain').headers, ...mesh } }]) {
      const call = await admitted(options)
      expect(call.actor).toBe(call.principal.kind === 'user' ? 'ann' : '')
      expect(isUuid(call.causationId)).toBe(true)
    }
    expect((await admitted(bearer('story'))).actor).toBe('service:story')
  })

  it('goes on with a correlation id that is one, and is told which it has', async () => {
    const id = crypto.randomUUID()
    const { context } = await knock(ProbeService.method.write, { headers: { 'x-correlation-id': id } })
    expect(context.values.get(callKey)?.correlationId).toBe(id)
    expect(context.responseHeader.get('x-correlation-id')).toBe(id)
    for (const odd of ['', '1', `${id}0`, `${id}, ${id}`, "' or 1=1"]) {
      const { correlationId } = await admitted({ headers: { 'x-correlation-id': odd } })
      expect(isUuid(correlationId) && correlationId !== id).toBe(true)
    }
  })

  it('has five seconds when it does not say, and a stream all the time it wants', async () => {
    const left = ({ deadline }: CallContext) => deadline && deadline - performance.now()
    expect(left(await admitted({}))).toBeGreaterThan(4900)
    expect(left(await admitted({}))).toBeLessThanOrEqual(5000)
    expect(left(await admitted({ timeoutMs: 60_000 }))).toBeGreaterThan(59_000)
    expect(left(await admitted({ timeoutMs: 50 }))).toBeLessThanOrEqual(50)
    expect(left(await admitted({}, ProbeService.method.watch))).toBeUndefined()
    expect(left(await admitted({ timeoutMs: 1000 }, ProbeService.method.watch))).toBeLessThanOrEqual(1000)
  })

  it('names its user to handlers, and no service for one', async () => {
    const context = async (options: Try): Promise<HandlerContext> =>
      (await knock(ProbeService.method.write, options)).context
    expect(caller(await context(bearer('plain')))).toBe('ann')
    expect((await admitted(bearer('guest'))).actor).toBe('guest:gus')
    for (const options of [{}, bearer('story'), bearer('guest'), { local: 'story' }]) {
      const other = await context(options)
      expect(maybeCaller(other)).toBeUndefined()
      expect(() => caller(other)).toThrowError(expect.objectContaining({ reason: 'TOKEN_REQUIRED' }))
    }
  })
})

describe('a stream', () => {
  it('of a person is let in again for as long as they would be', async () => {
    const { watch, write } = ProbeService.method
    const streamOf = async (method: DescMethod, options: Try) => {
      const { context } = await knock(method, options)
      return { context, admit: context.values.get(admissionKey) }
    }
    expect((await streamOf(write, bearer('plain'))).admit).toBeUndefined()
    for (const options of [{}, bearer('story')]) expect((await streamOf(watch, options)).admit).toBeUndefined()
    for (const token of ['plain', 'guest']) {
      const { context, admit } = await streamOf(watch, bearer(token))
      await admit?.()
      context.requestHeader.set('authorization', 'Bearer nobody-knows')
      await expect(admit?.()).rejects.toMatchObject({ reason: 'INVALID_TOKEN' })
    }
  })
})
