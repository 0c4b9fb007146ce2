import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { Code, ConnectError, createClient, type Interceptor, type Transport } from '@connectrpc/connect'
import { createGrpcTransport } from '@connectrpc/connect-node'
import { Client } from 'pg'
import { inject } from 'vitest'
import { ErrorInfoSchema } from '#gen/google/rpc/error_details_pb.ts'
import { IdentityService } from '#gen/troupe/identity/v1/identity_service_pb.ts'
import { MeshService } from '#gen/troupe/mesh/v1/mesh_service_pb.ts'
import { SubscriptionService } from '#gen/troupe/subscription/v1/subscription_service_pb.ts'
import { dateOf, duration } from '#shared/domain/timestamp.ts'
import { signAssertion } from '#shared/infrastructure/service-token.ts'
import type { TestMeshFacts } from './start-test-mesh.ts'

/** A person with an account on the mesh under test. */
export interface TestUser {
  id: string
  email: string
  password: string
  displayName: string
  token: string
  transport: Transport
}

export interface TestMesh extends TestMeshFacts {
  /** A gRPC transport to the gateway, with a token or without. */
  transport(token?: string): Transport
  /** Opens an account and signs in. */
  newUser(displayName?: string): Promise<TestUser>
  /** The same with a tier that lets them write as much as they like. */
  newAuthor(displayName?: string): Promise<TestUser>
  /** Signs the operator in. */
  operator(): Promise<Transport>
  /** Moves the clock of the mesh; waits while somebody else does. Answers what it says then. */
  moveClock(byMs: number): Promise<Date>
  /** For what depends on how much time passes on a mesh that files share: nobody else moves its clock meanwhile. */
  withClock(use: (move: TestMesh['moveClock']) => Promise<unknown>): Promise<void>
  /** Calls as a context does. */
  service(context: string): Promise<Transport>
}

/** Sends a token with every call. */
export const bearer =
  (token: string): Interceptor =>
  (next) =>
  (request) => {
    request.header.set('authorization', `Bearer ${token}`)
    return next(request)
  }

/** The mesh that the suite's project runs on. */
export const testMesh = (facts: TestMeshFacts = inject('mesh')): TestMesh => {
  const transport = (token?: string) =>
    createGrpcTransport({ baseUrl: facts.url, interceptors: token ? [bearer(token)] : [] })
  const signIn = async (email: string, password: string) => {
    const { tokens, user } = await createClient(IdentityService, transport()).login({ email, password })
    return { token: tokens?.accessToken ?? '', userId: user?.id ?? '' }
  }
  const newUser: TestMesh['newUser'] = async (displayName = 'Test Author') => {
    const email = `${randomUUID()}@example.com`
    const password = `Correct-horse-${randomUUID()}`
    await createClient(IdentityService, transport()).registerUser({ email, password, displayName })
    const { token, userId } = await signIn(email, password)
    return { id: userId, email, password, displayName, token, transport: transport(token) }
  }
  const operator = async () => transport((await signIn(facts.admin.email, facts.admin.password)).token)
  const moveClock: TestMesh['moveClock'] = async (byMs) => {
    const client = createClient(MeshService, await operator())
    for (;;) {
      try {
        const { now } = await client.advanceClock({ by: duration(byMs) }, { timeoutMs: 120_000 })
        return dateOf(now) as Date
      } catch (error) {
        const refusal = ConnectError.from(error)
        const isUndecided = refusal.findDetails(ErrorInfoSchema)[0]?.reason === 'ACCESS_UNAVAILABLE'
        // A mesh that has just started is slow to say who may.
        if (refusal.code !== Code.Aborted && !isUndecided) throw error
        await sleep(100)
      }
    }
  }
  const withClock: TestMesh['withClock'] = async (use) => {
    const lock = new Client({ connectionString: facts.postgresUrl })
    await lock.connect()
    try {
      await lock.query('select pg_advisory_lock(hashtext($1))', [`clock of ${facts.databasePrefix}`])
      await use(moveClock)
    } finally {
      await lock.end()
    }
  }
  return {
    ...facts,
    transport,
    moveClock,
    withClock,
    newUser,
    newAuthor: async (displayName) => {
      const user = await newUser(displayName)
      await createClient(SubscriptionService, await operator()).setTier({ userId: user.id, tier: 'PLATINUM' })
      return user
    },
    operator,
    service: async (context) => {
      const assertion = await signAssertion(Buffer.from(facts.serviceSecret, 'base64'), context)
      const { token } = await createClient(IdentityService, transport()).issueServiceToken({ assertion })
      return transport(token)
    },
  }
}

/** Waits until `look` gives something, trying every 50 ms; fails after `withinMs` with what it last threw. */
export const eventually = async <T>(
  look: () => Promise<T | undefined> | T | undefined,
  withinMs = 20_000,
): Promise<T> => {
  const deadline = performance.now() + withinMs
  let last: unknown
  while (performance.now() < deadline) {
    try {
      const found = await look()
      if (found !== undefined && found !== false) return found
      last = undefined
    } catch (error) {
      last = error
    }
    await new Promise((done) => setTimeout(done, 50))
  }
  throw last ?? new Error(`nothing came within ${withinMs} ms`)
}

/** The code and reason that a call is refused with, e.g. `PermissionDenied SCOPE_REQUIRED`; `in` where it is answered. */
export const outcomeOf = async (call: Promise<unknown>): Promise<string> => {
  try {
    await call
    return 'in'
  } catch (error) {
    const refusal = ConnectError.from(error)
    return `${Code[refusal.code]} ${refusal.findDetails(ErrorInfoSchema)[0]?.reason}`
  }
}
