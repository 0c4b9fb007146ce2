import { Aggregate } from '#shared/domain/aggregate.ts'
import { denied } from '#shared/domain/errors.ts'
import type { PostalAddress } from './postal-address.ts'

/** What an account is. */
export class UserState extends Aggregate {
  readonly id!: string
  /** As its owner writes it. */
  email!: string
  /** What addresses are compared by; no two accounts have the same. */
  emailKey!: string
  emailVerified!: boolean
  displayName!: string
  avatarUrl!: string
  bio!: string
  language!: string
  timeZone!: string
  phone!: string
  address: PostalAddress | undefined
  passwordHash: string | undefined
  /** Whether a code of the second factor is asked for besides. */
  hasTotp!: boolean
  /** Names of the providers that the account is linked with, in order of linking. */
  oauthProviders!: string[]
  roles!: string[]
  registrationSource!: string
  suspendedAt: Date | undefined
  suspensionReason: string | undefined
  createdAt!: Date
  lastLoginAt: Date | undefined

  get isActive(): boolean {
    return this.suspendedAt === undefined
  }

  /** Throws USER_SUSPENDED. */
  mustBeActive(): void {
    if (!this.isActive) throw denied('USER_SUSPENDED', 'this account is suspended')
  }
}
