import { createClient, type Transport } from '@connectrpc/connect'
import { IdentityService } from '#gen/troupe/identity/v1/identity_service_pb.ts'
import type { Person } from './people.ts'

/** What can happen to a person after they got a token. */
export const gone = ['suspended', 'deleted', 'logged out'] as const
export type Gone = (typeof gone)[number]

interface Parts {
  transport(token?: string): Transport
  newPerson(): Promise<Person>
  operatorToken(): Promise<string>
}

/** Three people who hold a token each and are suspended, deleted and logged out. */
export const makeGone = async (parts: Parts): Promise<Record<Gone, Person>> => {
  const [suspended, deleted, loggedOut] = await Promise.all([parts.newPerson(), parts.newPerson(), parts.newPerson()])
  const as = (token: string) => createClient(IdentityService, parts.transport(token))
  const operator = await parts.operatorToken()
  await as(operator).suspendUser({ userId: suspended.id, reason: 'for the matrix' })
  await as(deleted.token).deleteUser({ password: deleted.password })
  await as(loggedOut.token).logout({})
  return { suspended, deleted, 'logged out': loggedOut }
}
