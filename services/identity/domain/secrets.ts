/** The source of secrets. */
export interface Secrets {
  /** 32 random bytes. */
  randomBytes(): Uint8Array
  /** 256 random bits, base64url. */
  randomToken(): string
  /** 256 bits that follow from a text and cannot be guessed without the mesh's master key, base64url. */
  derive(purpose: string, text: string): string
}

/** Encrypts what must be read again, so that whoever reads the database cannot. */
export interface Sealer {
  /** Whoever unseals it must name the same owner. */
  seal(owner: string, plain: Uint8Array): Uint8Array
  unseal(owner: string, sealed: Uint8Array): Uint8Array
}

/** Slow, salted hashes of passwords. */
export interface Passwords {
  /** Throws HASHING_BUSY when too many wait. */
  hash(password: string): Promise<string>
  /**
   * Whether the hash is of this password; takes as long without a hash. `admit` runs when its turn has come and may
   * refuse it by throwing; `failed` runs within the turn when it is not. Throws HASHING_BUSY when too many wait.
   */
  verify(password: string, hash: string | undefined, turn: Turn): Promise<boolean>
}

/** What is done before and after a password is looked at, while it is its turn. */
export interface Turn {
  admit(): Promise<void>
  failed(): Promise<void>
}
