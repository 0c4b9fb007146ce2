import { createPrivateKey } from 'node:crypto'
import { SignJWT } from 'jose'
import type { Clock } from '#shared/domain/clock.ts'
import { post } from './http-post.ts'
import { type Busy, notMade, reasonOf } from './http-sender.ts'

/** A Google service account, as its key file has it. */
export interface ServiceAccount {
  projectId: string
  clientEmail: string
  privateKey: string
  privateKeyId: string
  tokenUri: string
}

const scope = 'https://www.googleapis.com/auth/firebase.messaging'
const lifetimeSeconds = 3600
const renewBeforeMs = 60_000

interface Held {
  token: Promise<string | Busy>
  /** When it ought to be renewed; from its own answer, once that is there. */
  until: number
}

/** Access tokens of a service account (RFC 7523): one is asked for at a time, and kept until a minute before its end. */
export const createGoogleToken = (account: ServiceAccount, clock: Clock, timeoutMs: number) => {
  const key = createPrivateKey(account.privateKey)
  let held: Held | undefined

  const assertion = (now: Date): Promise<string> =>
    new SignJWT({ scope })
      .setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid: account.privateKeyId })
      .setIssuer(account.clientEmail)
      .setAudience(account.tokenUri)
      .setIssuedAt(now)
      .setExpirationTime(Math.floor(now.getTime() / 1000) + lifetimeSeconds)
      .sign(key)

  const ask = async (entry: Held, now: Date): Promise<string | Busy> => {
    const body = new URLSearchParams({
      grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
      assertion: await assertion(now),
    })
    // Of all who wait for it, none may stop it.
    const answer = await post({ url: account.tokenUri, headers: {}, body }, timeoutMs, new AbortController().signal)
    const busy = (reason: string): Busy => ({
      kind: 'busy',
      reason: `access token: ${reason}`,
      retryAfterMs: undefined,
    })
    if ('kind' in answer) return busy(answer.reason)
    const { access_token, expires_in, error } = (answer.body ?? {}) as Record<string, unknown>
    if (answer.status !== 200 || typeof access_token !== 'string') {
      // RFC 6749, section 5.2: what is wrong with the account or its key.
      const isRefused = [400, 401, 403].includes(answer.status)
      return { ...busy(reasonOf(answer.status, error)), ...(isRefused && { needsMending: true }) }
    }
    entry.until = now.getTime() + Number(expires_in ?? lifetimeSeconds) * 1000 - renewBeforeMs
    return access_token
  }

  return {
    /** A token that is good now, or why there is none at present. */
    get: async (): Promise<string | Busy> => {
      const now = clock.now()
      if (!held || now.getTime() >= held.until) {
        const entry: Held = { token: Promise.resolve(''), until: Number.POSITIVE_INFINITY }
        held = entry
        entry.token = ask(entry, now).catch(notMade)
      }
      const asked = held
      const token = await asked.token
      if (typeof token !== 'string' && held === asked) held = undefined
      return token
    },
    /** Drops a token that was refused. */
    forget: (): void => {
      held = undefined
    },
  }
}
