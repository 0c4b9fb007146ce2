import type { Email } from '#shared/domain/email.ts'
import { languageTag } from '#shared/domain/language-tag.ts'
import { displayNameOf } from './display-name.ts'

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

/** What a new account consists of. Throws INVALID_DISPLAY_NAME, INVALID_LANGUAGE. */
export const newAccount = (init: Registration, now: Date) => {
  if (init.passwordHash === undefined && init.oauthProvider === undefined) {
    throw new Error('an account needs something to sign in with')
  }
  return {
    id: init.id,
    email: init.email.value,
    emailKey: init.email.normalized,
    emailVerified: init.emailVerified ?? false,
    displayName: displayNameOf(init.displayName),
    avatarUrl: '',
    bio: '',
    language: languageTag(init.language || 'en'),
    timeZone: 'UTC',
    phone: '',
    passwordHash: init.passwordHash,
    hasTotp: false,
    oauthProviders: init.oauthProvider === undefined ? [] : [init.oauthProvider],
    roles: [...(init.roles ?? [])],
    registrationSource: init.source,
    createdAt: now,
  }
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
