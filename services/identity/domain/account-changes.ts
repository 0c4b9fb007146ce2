import type { Email } from '#shared/domain/email.ts'

/** What an account is opened with. */
export interface Registration {
  id: string
  email: Email
  emailVerified?: boolean
  displayName: string
  /** BCP 47 tag; `en` when empty. */
  language?: string
  source: string
  /** What the account signs in with: one of the two at least. */
  passwordHash?: string
  oauthProvider?: string
  roles?: readonly string[]
}

/** What is undefined stays. */
export interface ProfileChange {
  displayName?: string | undefined
  avatarUrl?: string | undefined
  bio?: string | undefined
}

/** What is undefined stays. */
export interface PreferencesChange {
  language?: string | undefined
  timeZone?: string | undefined
}
