import { createClient, type Transport } from '@connectrpc/connect'
import { decodeJwt } from 'jose'
import { IdentityService } from '#gen/troupe/identity/v1/identity_service_pb.ts'

/** Somebody with an account and a session. */
export interface Person {
  id: string
  email: string
  password: string
  token: string
  refreshToken: string
  sessionId: string
  /** Texts that nobody else may ever read. */
  secrets: string[]
}

/** Signs in, and gives what that brings. */
export const signIn = async (
  transport: Transport,
  { email, password }: Pick<Person, 'email' | 'password'>,
): Promise<Pick<Person, 'id' | 'token' | 'refreshToken' | 'sessionId'>> => {
  const { tokens, user } = await createClient(IdentityService, transport).login({ email, password })
  if (!tokens || !user) throw new Error('Login answered without tokens or user')
  const sessionId = String(decodeJwt(tokens.accessToken).sid)
  return { id: user.id, token: tokens.accessToken, refreshToken: tokens.refreshToken, sessionId }
}

/** Opens an account, gives it a phone number of its own, and signs in. */
export const newPerson = async (anyone: Transport, as: (token: string) => Transport): Promise<Person> => {
  const email = `${crypto.randomUUID()}@example.com`
  const password = `Correct-horse-${crypto.randomUUID()}`
  await createClient(IdentityService, anyone).registerUser({ email, password, displayName: 'Somebody' })
  const signedIn = await signIn(anyone, { email, password })
  const phone = `+43${String(Math.random()).slice(2, 13)}`
  await createClient(IdentityService, as(signedIn.token)).updateContactInfo({ phone })
  return { email, password, secrets: [email, phone], ...signedIn }
}
