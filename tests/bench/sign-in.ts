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

const identityAt = (url: string) => createClient(IdentityService, createGrpcTransport({ baseUrl: url }))

const open = async (url: string): Promise<Account> => {
  const email = `bench-${randomBytes(8).toString('hex')}@troupe.example`
  const password = randomBytes(16).toString('base64url')
  await identityAt(url).registerUser({ email, password, displayName: 'Bench Author' })
  return { email, password }
}

const enter = async (url: string, account: Account): Promise<Person> => {
  const { tokens, user } = await identityAt(url).login(account)
  if (!tokens || !user) throw new Error('Login answered without tokens')
  return { id: user.id, token: tokens.accessToken }
}

/** Opens an account at the mesh behind a URL and signs in. */
export const signIn = async (url: string): Promise<Person> => enter(url, await open(url))

/** Somebody who stays the same for longer than a token is good, and may do as much as they like. */
export const lastingPerson = (url: string, admin: Account): (() => Promise<Person>) => {
  let account: Account | undefined
  let person: Person | undefined
  let since = 0
  return async () => {
    if (person && performance.now() - since < freshMs) return person
    const isNew = account === undefined
    account ??= await open(url)
    person = await enter(url, account)
    since = performance.now()
    if (isNew) await giveTier(url, admin, [person])
    return person
  }
}
