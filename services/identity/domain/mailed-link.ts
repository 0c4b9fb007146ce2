import {
  EmailVerificationRequestedSchema,
  PasswordResetRequestedSchema,
} from '#gen/troupe/identity/v1/identity_events_pb.ts'
import { Aggregate } from '#shared/domain/aggregate.ts'
import { precondition } from '#shared/domain/errors.ts'

/** What a link lets whoever opens it do. */
export type LinkPurpose = 'verify-email' | 'reset-password'

const hourMs = 60 * 60_000

/** How long links of each purpose can be used. */
export const linkLifetimeMs: Readonly<Record<LinkPurpose, number>> = {
  'verify-email': 24 * hourMs,
  'reset-password': hourMs,
}

/** The event that tells that a link of a purpose was asked for. */
export const linkRequestedSchema = {
  'verify-email': EmailVerificationRequestedSchema,
  'reset-password': PasswordResetRequestedSchema,
} as const

export type LinkStatus = 'open' | 'used' | 'withdrawn'

/**
 * A link that goes to an account's address by mail: whoever opens it has shown that they read what comes there. What
 * makes it work, its token, follows from it by a secret and is stored nowhere.
 */
export class MailedLink extends Aggregate {
  readonly id!: string
  readonly userId!: string
  readonly purpose!: LinkPurpose
  readonly requestedAt!: Date
  readonly expiresAt!: Date
  status!: LinkStatus

  static request(init: { id: string; userId: string; purpose: LinkPurpose }, now: Date): MailedLink {
    const expiresAt = new Date(now.getTime() + linkLifetimeMs[init.purpose])
    return Object.assign(new MailedLink(), { ...init, requestedAt: now, expiresAt, status: 'open' as const })
  }

  /** Throws LINK_USED, LINK_WITHDRAWN, LINK_EXPIRED. */
  mustBeOpen(now: Date): void {
    if (this.status === 'used') throw precondition('LINK_USED', 'this link was used; ask for another')
    if (this.status === 'withdrawn') {
      throw precondition('LINK_WITHDRAWN', 'a newer link was sent, or the account has changed; ask for another')
    }
    if (this.expiresAt <= now) throw precondition('LINK_EXPIRED', 'this link has expired; ask for another')
  }

  /** Uses it up. Throws LINK_USED, LINK_WITHDRAWN, LINK_EXPIRED. */
  use(now: Date): void {
    this.mustBeOpen(now)
    this.status = 'used'
  }

  /** Makes it useless; one that was used stays so. */
  withdraw(): void {
    if (this.status === 'open') this.status = 'withdrawn'
  }
}

/** The links. */
export interface MailedLinks {
  find(id: string): Promise<MailedLink | undefined>
  /** A user's links that were neither used nor withdrawn. */
  openOf(userId: string): Promise<MailedLink[]>
  add(link: MailedLink): void
}

/** Whose link it is, and what addresses are compared by. */
export interface Addressee {
  readonly id: string
  readonly emailKey: string
}

/** The tokens of links: each is good for one link of one account at one address. */
export interface LinkTokens {
  of(link: MailedLink, to: Addressee): string
  /** What a token says of itself; undefined when it has not the form of one. */
  read(token: string): LinkClaim | undefined
  /** Whether the token really is the link's, and the account still has the address that it was made for. */
  isGenuine(claim: LinkClaim, link: MailedLink, to: Addressee): boolean
}

export interface LinkClaim {
  linkId: string
  proof: Uint8Array
}
