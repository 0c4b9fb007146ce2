import { type KeyObject, sign } from 'node:crypto'
import type { JWTPayload } from 'jose'
import { createSigningKeys } from '../../../services/identity/infrastructure/signing-keys.ts'
import { audience, issuer } from '../../../services/shared/infrastructure/authenticator.ts'
import type { Database } from '../../../services/shared/infrastructure/database.ts'
import { createLogger } from '../../../services/shared/infrastructure/telemetry/logger.ts'
import type { Databases } from './databases.ts'

/** A key that identity signs access tokens with, or did. */
export interface SigningKey {
  kid: string
  privateKey: KeyObject
}

/** Reads the key that identity signed with at a time, as somebody could who has its database and the master key. */
export const signingKeys = ({ sql }: Databases, masterKey: string): ((at: Date) => Promise<SigningKey>) => {
  const log = createLogger({ service: 'security', level: 'error' })
  const database = { sql: (text: string, ...values: unknown[]) => sql('identity', text, ...values) }
  const keys = createSigningKeys(database as unknown as Database, Buffer.from(masterKey, 'base64url'), log)
  return (at) => keys.current(at)
}

/** The claims of a good access token. */
export const goodClaims = (now: Date, subject: string, more: JWTPayload = {}): JWTPayload => {
  const seconds = Math.floor(now.getTime() / 1000)
  return {
    iss: issuer,
    aud: audience,
    sub: subject,
    iat: seconds,
    exp: seconds + 600,
    jti: crypto.randomUUID(),
    ...more,
  }
}

/** A part of a token. */
export const encodedPart = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url')

/** Signs claims as identity does; `header` overrides what the token says of itself. Checks nothing. */
export const signClaims = (
  claims: JWTPayload,
  { kid, privateKey }: SigningKey,
  header: Record<string, unknown> = {},
): string => {
  const signed = `${encodedPart({ alg: 'EdDSA', typ: 'at+jwt', kid, ...header })}.${encodedPart(claims)}`
  return `${signed}.${sign(null, Buffer.from(signed), privateKey).toString('base64url')}`
}
