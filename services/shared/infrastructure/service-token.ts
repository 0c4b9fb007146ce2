import type { Client } from '@connectrpc/connect'
import { SignJWT } from 'jose'
import type { IdentityService } from '#gen/troupe/identity/v1/identity_service_pb.ts'
import { dateOf } from '../domain/timestamp.ts'
import { machineClock } from './mesh-clock.ts'

const renewBeforeMs = 60_000
const assertionSeconds = 30

/** Who a context's assertions are for. */
export const assertionAudience = 'identity'

/** Signs that this process knows the secret that the mesh's services share, for one context; good for 30 seconds. */
export const signAssertion = (secret: Uint8Array, context: string): Promise<string> => {
  const seconds = Math.floor(machineClock.now().getTime() / 1000)
  return new SignJWT({})
    .setProtectedHeader({ alg: 'HS256' })
    .setSubject(context)
    .setAudience(assertionAudience)
    .setIssuedAt(seconds)
    .setExpirationTime(seconds + assertionSeconds)
    .sign(secret)
}

export interface ServiceTokens {
  /** A token of the context, new or kept. */
  current(): Promise<string>
  /** A new one in place of `token`, which a service found expired. */
  replace(token: string): Promise<string>
}

interface Held {
  token: string
  /** In `performance.now()` time. */
  until: number
}

/** Gets service tokens from identity and keeps each until shortly before its end. */
export const createServiceTokens = (options: {
  context: string
  secret: Uint8Array
  /** A client that sends no token: it asks for one. */
  identity: Client<typeof IdentityService>
}): ServiceTokens => {
  let held: Promise<Held> | undefined
  const issue = async (): Promise<Held> => {
    const assertion = await signAssertion(options.secret, options.context)
    const { token, expiresAt, issuedAt } = await options.identity.issueServiceToken({ assertion })
    const lifetimeMs = (dateOf(expiresAt)?.getTime() ?? 0) - (dateOf(issuedAt)?.getTime() ?? 0)
    return { token, until: performance.now() + lifetimeMs - renewBeforeMs }
  }
  const renew = async (): Promise<string> => {
    const issued = issue()
    held = issued
    issued.catch(() => {
      if (held === issued) held = undefined
    })
    return (await issued).token
  }
  const current = async () => {
    const kept = await held
    return kept && kept.until > performance.now() ? kept.token : renew()
  }
  return {
    current,
    replace: async (token) => ((await held)?.token === token ? renew() : current()),
  }
}
