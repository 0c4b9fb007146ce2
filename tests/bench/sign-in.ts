import { randomBytes } from 'node:crypto'
import { createClient } from '@connectrpc/connect'
import { createGrpcTransport } from '@connectrpc/connect-node'
import { IdentityService } from '#gen/troupe/identity/v1/identity_service_pb.ts'
import { SubscriptionService } from '#gen/troupe/subscription/v1/subscription_service_pb.ts'
import { bearer } from '../mesh.ts'

/** Somebody with a token, which is good for ten minutes. */
export interface Person {
  id: string
  token: string
}

const freshMs = 4 * 60_000

export interface Account {
  email: string
  password: string
}

/** Some people at the mesh behind a URL who may write as much as they like; others when their tokens have grown old. */
export const freshPeople = (url: string, count: number, admin: Account): (() => Promise<readonly Person[]>) => {
  let people: Person[] = []
  let since = 0
  return async () => {
    if (people.length > 0 && performance.now() - since < freshMs) return people
    people = []
    for (let one = 0; one < count; one += 1) people.push(await signIn(url))
    await giveTier(url, admin, people)
    since = performance.now()
    return people
  }
}

const giveTier = async (url: string, admin: Account, people: readonly Person[]): Promise<void> => {
  const { tokens } = await createClient(IdentityService, createGrpcTransport({ baseUrl: url })).login(admin)
  const transport = createGrpcTransport({ baseUrl: url, interceptors: [bearer(tokens?.accessToken ?? '')] })
  const subscription = createClient(SubscriptionService, transport)
  for (const { id: userId } of people) await subscription.setTier({ userId, tier: 'PLATINUM' })
}

/** Opens an account at the mesh behind a URL and signs in. */
export const signIn = async (url: string): Promise<Person> => {
  const identity = createClient(IdentityService, createGrpcTransport({ baseUrl: url }))
  const email = `bench-${randomBytes(8).toString('hex')}@troupe.example`
  const password = randomBytes(16).toString('base64url')
  await identity.registerUser({ email, password, displayName: 'Bench Author' })
  const { tokens, user } = await identity.login({ email, password })
  if (!tokens || !user) throw new Error('Login answered without tokens')
  return { id: user.id, token: tokens.accessToken }
}
