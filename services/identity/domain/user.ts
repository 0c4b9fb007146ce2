import {
  EmailVerifiedSchema,
  OAuthProviderLinkedSchema,
  OAuthProviderUnlinkedSchema,
  PasswordChangedSchema,
  ProfileUpdatedSchema,
  RecoveryCodeUsedSchema,
  TotpDisabledSchema,
  TotpEnabledSchema,
  UserAuthenticatedSchema,
  UserDeletedSchema,
  UserReactivatedSchema,
  UserRegisteredSchema,
  UserSuspendedSchema,
} from '#gen/troupe/identity/v1/identity_events_pb.ts'
import { notFound, precondition } from '#shared/domain/errors.ts'
import { languageTag, timeZone } from '#shared/domain/language-tag.ts'
import { timestamp } from '#shared/domain/timestamp.ts'
import { newAccount, type PreferencesChange, type ProfileChange, type Registration } from './account-changes.ts'
import { displayNameOf } from './display-name.ts'
import { linkRequestedSchema, type MailedLink } from './mailed-link.ts'
import { mustReach, type Operator } from './operator.ts'
import type { PostalAddress } from './postal-address.ts'
import { UserState } from './user-state.ts'

/** An account: who somebody is here, and what they may sign in with. */
export class User extends UserState {
  static register(init: Registration, now: Date): User {
    const user = Object.assign(new User(), newAccount(init, now))
    user.record(UserRegisteredSchema, {
      userId: user.id,
      displayName: user.displayName,
      language: user.language,
      registrationSource: user.registrationSource,
      registeredAt: timestamp(now),
    })
    return user
  }

  /** Notes that a session was opened. Throws USER_SUSPENDED. */
  signIn(sessionId: string, method: string, now: Date): void {
    this.mustBeActive()
    this.lastLoginAt = now
    this.record(UserAuthenticatedSchema, { userId: this.id, sessionId, method, authenticatedAt: timestamp(now) })
  }

  /** `apiKeysRevoked`: how many API keys end with the password before. */
  changePassword(hash: string, now: Date, apiKeysRevoked = 0): void {
    this.mustBeActive()
    this.passwordHash = hash
    this.record(PasswordChangedSchema, { userId: this.id, changedAt: timestamp(now), apiKeysRevoked })
  }

  /** Has codes of an app asked for from now on, or not any more; what is so already stays. */
  switchTotp(isOn: boolean, now: Date): void {
    this.mustBeActive()
    if (this.hasTotp === isOn) return
    this.hasTotp = isOn
    const at = timestamp(now)
    if (isOn) this.record(TotpEnabledSchema, { userId: this.id, enabledAt: at })
    else this.record(TotpDisabledSchema, { userId: this.id, disabledAt: at })
  }

  /** Tells that a recovery code stood in for one of the app. */
  noteRecovery(codesLeft: number, now: Date): void {
    this.record(RecoveryCodeUsedSchema, { userId: this.id, codesLeft, usedAt: timestamp(now) })
  }

  /** Tells that a link was asked for, so that it is mailed. Throws EMAIL_ALREADY_VERIFIED. */
  requestLink({ id, purpose, expiresAt }: MailedLink): void {
    this.mustBeActive()
    if (purpose === 'verify-email' && this.emailVerified) {
      throw precondition('EMAIL_ALREADY_VERIFIED', 'this address is verified already')
    }
    this.record(linkRequestedSchema[purpose], { userId: this.id, requestId: id, expiresAt: timestamp(expiresAt) })
  }

  /** Notes that its owner reads what comes to its address. */
  verifyEmail(now: Date): void {
    this.mustBeActive()
    if (this.emailVerified) return
    this.emailVerified = true
    this.record(EmailVerifiedSchema, { userId: this.id, verifiedAt: timestamp(now) })
  }

  /** Changes what is given. */
  updateProfile(change: ProfileChange): void {
    this.mustBeActive()
    const before = [this.displayName, this.avatarUrl]
    if (change.displayName !== undefined) this.displayName = displayNameOf(change.displayName)
    if (change.avatarUrl !== undefined) this.avatarUrl = change.avatarUrl
    if (change.bio !== undefined) this.bio = change.bio
    if (before[0] !== this.displayName || before[1] !== this.avatarUrl) this.recordProfile()
  }

  /** Changes what is given. Throws INVALID_LANGUAGE or INVALID_TIME_ZONE. */
  updatePreferences(change: PreferencesChange): void {
    this.mustBeActive()
    const before = [this.language, this.timeZone]
    if (change.language !== undefined) this.language = languageTag(change.language)
    if (change.timeZone !== undefined) this.timeZone = timeZone(change.timeZone)
    if (before[0] !== this.language || before[1] !== this.timeZone) this.recordProfile()
  }

  private recordProfile(): void {
    const { displayName, avatarUrl, language, timeZone: zone } = this
    this.record(ProfileUpdatedSchema, { userId: this.id, displayName, avatarUrl, language, timeZone: zone })
  }

  /** Replaces phone (E.164 or empty) and address. */
  updateContact(phone: string, address: PostalAddress | undefined): void {
    this.mustBeActive()
    this.phone = phone
    this.address = address
  }

  /** Throws PROVIDER_ALREADY_LINKED: one account a provider. */
  link(provider: string): void {
    this.mustBeActive()
    if (this.oauthProviders.includes(provider)) {
      throw precondition('PROVIDER_ALREADY_LINKED', `another ${provider} account is linked already; unlink it first`)
    }
    this.oauthProviders = [...this.oauthProviders, provider]
    this.record(OAuthProviderLinkedSchema, { userId: this.id, provider })
  }

  /** Throws OAUTH_LINK_NOT_FOUND; LAST_SIGN_IN_METHOD when nothing else would be left. */
  unlink(provider: string): void {
    this.mustBeActive()
    if (!this.oauthProviders.includes(provider)) {
      throw notFound('OAUTH_LINK_NOT_FOUND', `no ${provider} account is linked`)
    }
    if (this.passwordHash === undefined && this.oauthProviders.length === 1) {
      throw precondition('LAST_SIGN_IN_METHOD', 'nothing would be left to sign in with; set a password first')
    }
    this.oauthProviders = this.oauthProviders.filter((name) => name !== provider)
    this.record(OAuthProviderUnlinkedSchema, { userId: this.id, provider })
  }

  /** Throws OWN_ACCOUNT, BEYOND_CALLER. Suspending a suspended account changes nothing. */
  suspend(by: Operator, reason: string, now: Date): void {
    if (by.userId === this.id) throw precondition('OWN_ACCOUNT', 'nobody suspends their own account')
    mustReach(by, this.roles)
    if (!this.isActive) return
    this.suspendedAt = now
    this.suspensionReason = reason
    this.record(UserSuspendedSchema, { userId: this.id, reason })
  }

  /**
   * Throws OWN_ACCOUNT, for a suspended operator's token lives on for minutes, and BEYOND_CALLER. An active account
   * stays as it is.
   */
  reactivate(by: Operator): void {
    if (by.userId === this.id) throw precondition('OWN_ACCOUNT', 'nobody reactivates their own account')
    mustReach(by, this.roles)
    if (this.isActive) return
    this.suspendedAt = undefined
    this.suspensionReason = undefined
    this.record(UserReactivatedSchema, { userId: this.id })
  }

  /** Notes that the account holds a role, or not any more. What everybody is need not be noted. */
  noteRole(role: string, isHeld: boolean): void {
    const others = this.roles.filter((name) => name !== role)
    if (role !== 'member' && isHeld !== others.length < this.roles.length) {
      this.roles = isHeld ? [...others, role] : others
    }
  }

  /** By its owner, where no operator is given. Throws OWN_ACCOUNT, BEYOND_CALLER. */
  delete(now: Date, by?: Operator): void {
    if (by?.userId === this.id) throw precondition('OWN_ACCOUNT', 'DeleteUser deletes your own account')
    if (by) mustReach(by, this.roles)
    this.record(UserDeletedSchema, { userId: this.id, deletedAt: timestamp(now), deletedBy: by?.userId ?? '' })
  }
}
