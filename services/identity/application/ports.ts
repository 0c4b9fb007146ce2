import type { Clock } from '#shared/domain/clock.ts'
import type { Ids } from '#shared/domain/ids.ts'
import type { ApiKeySecrets, ApiKeys, KeyDigest } from '../domain/api-key.ts'
import type { Erasures } from '../domain/erasure.ts'
import type { GuestPass } from '../domain/guest-pass.ts'
import type { LoginFailures } from '../domain/login-throttle.ts'
import type { LinkPurpose, LinkTokens, MailedLinks } from '../domain/mailed-link.ts'
import type { OAuthLinks, OAuthProvider, PassedSignIns, StartedSignIns } from '../domain/oauth.ts'
import type { SecondFactors } from '../domain/second-factor.ts'
import type { Passwords, Sealer, Secrets } from '../domain/secrets.ts'
import type { RefreshTokens, Session, Sessions } from '../domain/session.ts'
import type { HmacSha1 } from '../domain/totp.ts'
import type { User } from '../domain/user.ts'
import type { Users } from '../domain/users.ts'

/** A signed token and its end. */
export interface SignedToken {
  token: string
  issuedAt: Date
  expiresAt: Date
}

/** Signs the tokens that the mesh's services verify. */
export interface AccessTokens {
  forUser(user: User, session: Session, now: Date): Promise<SignedToken>
  forService(name: string, now: Date): Promise<SignedToken>
  forGuest(pass: GuestPass, now: Date): Promise<SignedToken>
}

/** Reads what services of the mesh prove themselves with. */
export interface ServiceAssertions {
  /** The name of the context that signed it, by the machine's own time. Throws INVALID_ASSERTION. */
  read(assertion: string): Promise<string>
}

/** What anybody may see of an account. */
export interface Profile {
  id: string
  displayName: string
  avatarUrl: string
  bio: string
  createdAt: Date
}

/** How somebody is reached, and in which language. */
export interface Contact {
  userId: string
  displayName: string
  email: string
  emailVerified: boolean
  /** E.164; empty for none. */
  phone: string
  language: string
  timeZone: string
}

/** What an account is signed in to with. */
export interface Credentials {
  userId: string
  passwordHash: string | undefined
  hasTotp: boolean
}

/** Reads of accounts that need no aggregate. */
export interface Directory {
  /** Public profiles of active accounts; others are left out. */
  profiles(ids: readonly string[]): Promise<Profile[]>
  /** How active accounts are reached; others are left out. */
  contacts(ids: readonly string[]): Promise<Contact[]>
  /** What a password given with an address is checked against. */
  credentials(emailKey: string): Promise<Credentials | undefined>
  /** Accounts, newest first, after a position. */
  list(filter: UserFilter): Promise<User[]>
}

export interface UserFilter {
  /** What address or name begins with, whatever its case, or an id; empty for all. */
  query: string
  isActive?: boolean | undefined
  after: { time: Date; id: string } | undefined
  limit: number
}

/** A live key of an active account. */
export interface HeldKey {
  apiKeyId: string
  userId: string
  roles: string[]
  scopes: string[]
  lastUsedAt: Date | undefined
}

/** Reads of API keys that need no aggregate. */
export interface HeldKeys {
  /** Compares the hash in constant time. */
  find(digest: KeyDigest, now: Date): Promise<HeldKey | undefined>
  /** At once, and at most once a minute, however many note it. */
  noteUse(id: string, now: Date): Promise<void>
}

/** What the use cases of identity need. */
export interface Ports {
  users: Users
  sessions: Sessions
  links: OAuthLinks
  signIns: StartedSignIns
  passedSignIns: PassedSignIns
  secondFactors: SecondFactors
  mailedLinks: MailedLinks
  linkTokens: LinkTokens
  failures: LoginFailures
  erasures: Erasures
  directory: Directory
  providers: ReadonlyMap<string, OAuthProvider>
  /** Addresses that a provider may send the browser back to. */
  redirectUris: ReadonlySet<string>
  /** The address that opens a link, in a browser. */
  linkUrl(purpose: LinkPurpose, token: string): string
  passwords: Passwords
  secrets: Secrets
  /** Seals what codes are made from. */
  sealer: Sealer
  hmacSha1: HmacSha1
  refreshTokens: RefreshTokens
  apiKeys: ApiKeys
  apiKeySecrets: ApiKeySecrets
  heldKeys: HeldKeys
  accessTokens: AccessTokens
  assertions: ServiceAssertions
  ids: Ids
  clock: Clock
  /** Every context of the mesh. */
  contexts: readonly string[]
  /** The address of the first operator's account, where a setting names one. */
  bootstrapEmail: string | undefined
  /**
   * Asks access, before an account is suspended or deleted, to count on its user as super-admin no more; `revision` is the
   * account's as it was found. Throws LAST_SUPER_ADMIN where no other could sign in.
   */
  standDown(account: Pick<User, 'id' | 'revision'>): Promise<void>
  /** Says whose data the call is about, where that is not the caller: what is kept of it goes when they are erased. */
  about(userId: string): void
  /**
   * Runs and commits a unit of work of its own: for what must stay although the call fails, and for what follows a
   * step that cannot or should not be taken again when the unit is re-run.
   */
  apart<T>(purpose: string, run: () => Promise<T>): Promise<T>
  /** Runs what concerns one thing one after another in this process, so that many at once do not wear each other out. */
  inTurn<T>(thing: string, run: () => Promise<T>): Promise<T>
  /** Answers after so many milliseconds at the earliest, so that it does not tell how long something took. */
  noSooner<T>(milliseconds: number, run: () => Promise<T>): Promise<T>
}
