/** Somebody's account at another provider, as that provider vouches for it. */
export interface ExternalAccount {
  provider: string
  /** The provider's id of the account; never changes. */
  subject: string
  email: string | undefined
  /** Only true where the provider says that it checked the address. */
  emailVerified: boolean
  displayName: string | undefined
  language: string | undefined
}

/** A sign-in under way: secrets that tie the provider's answer to its beginning. */
export interface SignInAttempt {
  state: string
  nonce: string
  codeVerifier: string
  redirectUri: string
}

/**
 * What a sign-in under way is taken up again by. The state goes round by the provider in the browser's address, where
 * others may read it or put theirs; the binding never leaves the client that began.
 */
export interface SignInTicket {
  state: string
  binding: string
}

/** The same with what the provider sent the browser back with. */
export interface SignInReturn extends SignInTicket {
  code: string
}

/** Another provider that people may sign in with. */
export interface OAuthProvider {
  readonly name: string
  /** Where to send the browser. Throws OAUTH_PROVIDER_UNAVAILABLE. */
  authorizationUrl(attempt: SignInAttempt): Promise<string>
  /** Who came back with the code. Throws OAUTH_REFUSED or OAUTH_PROVIDER_UNAVAILABLE. */
  identify(attempt: SignInAttempt, code: string): Promise<ExternalAccount>
}

/** What is known of a sign-in between its beginning and its end. */
export interface StartedSignIn {
  provider: string
  redirectUri: string
  /** The signed-in user who began it, if any. */
  userId: string | undefined
}

/** Sign-ins under way; each can be taken once. */
export interface StartedSignIns {
  add(ticket: SignInTicket, started: StartedSignIn, expiresAt: Date): void
  /**
   * Takes it for good, whatever comes of the call; undefined when unknown, taken or expired. With another binding it
   * stays for whoever began it.
   */
  take(ticket: SignInTicket, now: Date): Promise<StartedSignIn | undefined>
}

/** Whom a provider has vouched for. */
export interface PassedSignIn {
  userId: string
  provider: string
}

/** Sign-ins that a provider has vouched for and that want a code of the second factor besides. */
export interface PassedSignIns {
  add(back: SignInReturn, passed: PassedSignIn, expiresAt: Date): void
  /** Undefined when unknown, done or expired. */
  find(back: SignInReturn, now: Date): Promise<PassedSignIn | undefined>
  remove(state: string): void
}

/** Which account of ours belongs to which at other providers. */
export interface OAuthLinks {
  /** The id of the user. */
  ownerOf(account: ExternalAccount): Promise<string | undefined>
  /** Fails with OAUTH_ACCOUNT_TAKEN when it is linked to anybody. */
  add(userId: string, account: ExternalAccount, now: Date): void
  remove(userId: string, provider: string): void
}
