import { randomBytes } from 'node:crypto'
import { createClient } from '@connectrpc/connect'
import { createGrpcTransport } from '@connectrpc/connect-node'
import { IdentityService } from '#gen/troupe/identity/v1/identity_service_pb.ts'

/** Somebody with a token, which is good for ten minutes. */
export interface Person {
  id: string
  token: string
}

const freshMs = 4 * 60_000

/** Some people at the mesh behind a URL; others when their tokens have grown old. */
export const freshPeople = (url: string, count: number): (() => Promise<readonly Person[]>) => {
  let people: Person[] = []
  let since = 0
  return async () => {
    if (people.length > 0 && performance.now() - since < freshMs) return people
    people = []
    for (let one = 0; one < count; one += 1) people.push(await signIn(url))
    since = performance.now()
    return people
  }
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
