import {
  ApiKeyCreatedSchema,
  ApiKeyRevocationReason,
  ApiKeyRevokedSchema,
} from '#gen/troupe/identity/v1/identity_events_pb.ts'
import { Aggregate } from '#shared/domain/aggregate.ts'
import { type ApiKeyScope, apiKeyScopes } from '#shared/domain/api-key-scope.ts'
import { alreadyExists, invalid, precondition } from '#shared/domain/errors.ts'
import { timestamp } from '#shared/domain/timestamp.ts'

const dayMs = 24 * 60 * 60_000
const usualMs = 90 * dayMs
const longestMs = 366 * dayMs

/** How often at most it is noted that a key is used. */
export const noteUseEveryMs = 60_000
/** How many live keys a user may have. */
export const mostLiveKeys = 20
/** How long a key that has expired is still shown to its owner. */
export const shownAfterExpiryMs = 30 * dayMs

/** What is kept of a key's secret. */
export interface KeyDigest {
  /** Its first characters, which are no secret. */
  prefix: string
  hash: Uint8Array
}

/** What a key is made of. */
export interface NewApiKey extends KeyDigest {
  id: string
  userId: string
  name: string
  scopes: readonly string[]
  expiresAt?: Date | undefined
}

const nameOf = (text: string): string => {
  const name = text.trim().normalize('NFC')
  const length = [...name].length
  if (length < 1 || length > 80) throw invalid('name', 'INVALID_NAME', 'must have 1–80 characters')
  return name
}

const scopesOf = (wanted: readonly string[]): ApiKeyScope[] => {
  const known: readonly string[] = apiKeyScopes
  if (wanted.length === 0 || wanted.some((scope) => !known.includes(scope))) {
    throw invalid('scopes', 'INVALID_SCOPES', `must be some of ${apiKeyScopes.join(', ')}`)
  }
  return apiKeyScopes.filter((scope) => wanted.includes(scope))
}

const expiryOf = (wanted: Date | undefined, now: Date): Date => {
  const expiresAt = wanted ?? new Date(now.getTime() + usualMs)
  const lifetimeMs = expiresAt.getTime() - now.getTime()
  if (lifetimeMs > 0 && lifetimeMs <= longestMs) return expiresAt
  throw invalid('expires_at', 'INVALID_EXPIRY', 'must be in the future, at most 366 days away')
}

/** A secret that a program acts for a user with; the secret itself is not kept. */
export class ApiKey extends Aggregate {
  readonly id!: string
  readonly userId!: string
  readonly name!: string
  readonly prefix!: string
  readonly hash!: Uint8Array
  readonly scopes!: ApiKeyScope[]
  readonly createdAt!: Date
  readonly expiresAt!: Date
  lastUsedAt: Date | undefined
  revokedAt: Date | undefined
  /** Its place among its owner's live keys, from 1 on: there are no more keys than places. None once it has ended. */
  place: number | undefined

  /**
   * Makes a key beside those that the user has. Throws API_KEY_LIMIT, API_KEY_NAME_TAKEN, INVALID_NAME, INVALID_SCOPES,
   * INVALID_EXPIRY.
   */
  static create(init: NewApiKey, present: readonly ApiKey[], now: Date): ApiKey {
    const live = present.filter((key) => key.isLive(now))
    const name = nameOf(init.name)
    if (live.some((key) => key.name === name)) {
      throw alreadyExists('API_KEY_NAME_TAKEN', 'you have a key of this name; choose another or revoke that one')
    }
    const taken = new Set(live.map((key) => key.place))
    const place = Array.from({ length: mostLiveKeys }, (_, index) => index + 1).find((each) => !taken.has(each))
    if (place === undefined) {
      throw precondition('API_KEY_LIMIT', `you have ${mostLiveKeys} keys, which is as many as may be; revoke one`)
    }
    const scopes = scopesOf(init.scopes)
    const expiresAt = expiryOf(init.expiresAt, now)
    const key = Object.assign(new ApiKey(), { ...init, name, scopes, expiresAt, createdAt: now, place })
    key.record(ApiKeyCreatedSchema, {
      userId: key.userId,
      apiKeyId: key.id,
      scopes,
      expiresAt: timestamp(expiresAt),
      name,
    })
    return key
  }

  isLive(now: Date): boolean {
    return this.revokedAt === undefined && this.expiresAt > now
  }

  /** Ends it before its time; ending an ended one changes nothing. */
  revoke(now: Date, reason: ApiKeyRevocationReason = ApiKeyRevocationReason.REVOKED): void {
    if (!this.isLive(now)) return
    this.revokedAt = now
    this.place = undefined
    this.record(ApiKeyRevokedSchema, { userId: this.userId, apiKeyId: this.id, name: this.name, reason })
  }
}

/** Whether a use is worth noting after the last one that was. */
export const isUseNews = (lastUsedAt: Date | undefined, now: Date): boolean =>
  lastUsedAt === undefined || now.getTime() - lastUsedAt.getTime() >= noteUseEveryMs

/** A place in the list of keys, newest first: when a key was made, and which. */
export interface ApiKeyPosition {
  time: Date
  id: string
}

/** The API keys. */
export interface ApiKeys {
  find(id: string): Promise<ApiKey | undefined>
  /** A user's live keys. What has expired gives up its name and its place for good. */
  liveOf(userId: string, now: Date): Promise<ApiKey[]>
  /** Up to `limit` of a user's keys after a position: live ones and those that expired lately. */
  page(userId: string, now: Date, limit: number, after?: ApiKeyPosition): Promise<ApiKey[]>
  /** Fails with API_KEY_NAME_TAKEN or TOO_MUCH_CONTENTION when another was added at the same moment. */
  add(key: ApiKey): void
}

/** Makes the secrets of API keys. */
export interface ApiKeySecrets {
  /** One of 256 random bits, and what may be kept of it. */
  next(): { secret: string; digest: KeyDigest }
}
