import type { Client } from '@connectrpc/connect'
import { SignJWT } from 'jose'
import type { IdentityService } from '#gen/troupe/identity/v1/identity_service_pb.ts'
import { dateOf } from '../domain/timestamp.ts'

const renewBeforeMs = 60_000

/** Who a context's assertions are for. */
export const assertionAudience = 'identity'

/** Signs that this process knows the secret that the mesh's services share, for one context. */
export const signAssertion = (secret: Uint8Array, context: string, now: Date): Promise<string> => {
  const seconds = Math.floor(now.getTime() / 1000)
  return new SignJWT({})
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject(context)
    .setAudience(assertionAudience)
    .setIssuedAt(seconds)
    .setExpirationTime(seconds + 30)
    .sign(secret)
}

/** Gets service tokens from identity and keeps each until shortly before its end. */
export const createServiceTokens = (options: {
  context: string
  secret: Uint8Array
  /** A client that sends no token: it asks for one. */
  identity: Client<typeof IdentityService>
  now: () => Date
}): (() => Promise<string>) => {
  let current: Promise<{ token: string; until: number }> | undefined
  const issue = async () => {
    const assertion = await signAssertion(options.secret, options.context, options.now())
    const { token, expiresAt } = await options.identity.issueServiceToken({ assertion })
    return { token, until: (dateOf(expiresAt)?.getTime() ?? 0) - renewBeforeMs }
  }
  return async () => {
    const held = await current?.catch(() => undefined)
    if (held && held.until > options.now().getTime()) return held.token
    current = issue()
    return (await current).token
  }
}
