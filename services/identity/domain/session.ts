import { type SessionRevocationReason, SessionRevokedSchema } from '#gen/troupe/identity/v1/identity_events_pb.ts'
import { Aggregate } from '#shared/domain/aggregate.ts'
import { unauthenticated } from '#shared/domain/errors.ts'

const lifetimeMs = 30 * 24 * 60 * 60 * 1000

/** How long the token before the newest still gets the newest: for a client that asks twice at once or loses an answer. */
export const repeatGraceMs = 10_000

/** Where a session is used from. */
export interface Device {
  /** The client's User-Agent, at most 200 characters. */
  device: string
  /** Network address. */
  address: string
}

/**
 * What using a refresh token leads to: it was the newest and has a successor now; it was used a moment ago by
 * the same client and its successor is given again; it was used before, so somebody else has it.
 */
export type RefreshOutcome = 'rotated' | 'repeated' | 'reused'

/**
 * One sign-in on one device: a family of refresh tokens, numbered by generation, of which the newest is valid. Tokens
 * follow from the seed by a secret that is not stored, so nothing here lets anybody make one.
 */
export class Session extends Aggregate {
  readonly id!: string
  readonly userId!: string
  readonly seed!: Uint8Array
  generation!: number
  rotatedAt!: Date
  device!: string
  address!: string
  readonly createdAt!: Date
  lastUsedAt!: Date
  expiresAt!: Date
  endedAt: Date | undefined

  static open(init: { id: string; userId: string; seed: Uint8Array } & Device, now: Date): Session {
    const expiresAt = new Date(now.getTime() + lifetimeMs)
    const times = { createdAt: now, rotatedAt: now, lastUsedAt: now, expiresAt }
    return Object.assign(new Session(), { ...init, ...times, generation: 1 })
  }

  isLive(now: Date): boolean {
    return this.endedAt === undefined && this.expiresAt > now
  }

  /** Throws SESSION_ENDED or SESSION_EXPIRED. */
  mustBeLive(now: Date): void {
    if (this.endedAt) throw unauthenticated('SESSION_ENDED', 'this session has ended; sign in again')
    if (this.expiresAt <= now) throw unauthenticated('SESSION_EXPIRED', 'this session has expired; sign in again')
  }

  /**
   * Uses the genuine token of a generation. On `reused` the caller must end the session. Throws SESSION_ENDED or
   * SESSION_EXPIRED.
   */
  refresh(generation: number, from: Device, now: Date): RefreshOutcome {
    const isRepeat =
      generation === this.generation - 1 &&
      // Who has stolen the token seldom says to be the same client.
      from.device === this.device &&
      now.getTime() - this.rotatedAt.getTime() <= repeatGraceMs
    if (generation !== this.generation && !isRepeat) return 'reused'
    this.mustBeLive(now)
    if (isRepeat) return 'repeated'
    this.generation += 1
    this.rotatedAt = now
    this.lastUsedAt = now
    this.expiresAt = new Date(now.getTime() + lifetimeMs)
    this.device = from.device
    this.address = from.address
    return 'rotated'
  }

  /** Ends it before its time; ending an ended one changes nothing. */
  end(reason: SessionRevocationReason, now: Date): void {
    if (!this.isLive(now)) return
    this.endedAt = now
    this.record(SessionRevokedSchema, { userId: this.userId, sessionId: this.id, reason })
  }
}

/** A place in the list of sessions, last used first: when a session was last used, and which. */
export interface SessionPosition {
  time: Date
  id: string
}

/** The sessions. */
export interface Sessions {
  find(id: string): Promise<Session | undefined>
  /** A user's live sessions: at most 100. */
  liveOf(userId: string, now: Date): Promise<Session[]>
  /** Up to `limit` of a user's live sessions after a position. */
  page(userId: string, now: Date, limit: number, after?: SessionPosition): Promise<Session[]>
  /** A user keeps 100 sessions at most: the least recently used ones expire. */
  add(session: Session, now: Date): void
  /** Lets the unit commit only while the session has not been ended: else it is run again. */
  keep(session: Session): void
}

/** The tokens of a session's family. */
export interface RefreshTokens {
  /** The token of the session's newest generation. */
  of(session: Session): string
  /** What a token says of itself; undefined when it is none of ours. */
  read(token: string): RefreshClaim | undefined
  /** Whether the token really was the session's. */
  isGenuine(claim: RefreshClaim, session: Session): boolean
}

export interface RefreshClaim {
  sessionId: string
  generation: number
  proof: Uint8Array
}
