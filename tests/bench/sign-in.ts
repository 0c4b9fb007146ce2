import { randomBytes } from 'node:crypto'
import { createClient } from '@connectrpc/connect'
import { createGrpcTransport } from '@connectrpc/connect-node'
import { IdentityService } from '#gen/troupe/identity/v1/identity_service_pb.ts'

/** Somebody with a token, which is good for ten minutes. */
export interface Person {
  id: string
  token: string
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
