import { defineEntity, p } from '@mikro-orm/core'
import type { ApiKeyScope } from '#shared/domain/api-key-scope.ts'
import { ApiKey } from '../domain/api-key.ts'
import { Erasure, type ErasureReport } from '../domain/erasure.ts'
import { MailedLink } from '../domain/mailed-link.ts'
import { PostalAddress } from '../domain/postal-address.ts'
import { SecondFactor } from '../domain/second-factor.ts'
import { Session } from '../domain/session.ts'
import { User } from '../domain/user.ts'

const PostalAddressSchema = defineEntity({
  class: PostalAddress,
  embeddable: true,
  properties: {
    lines: p.array(),
    city: p.text(),
    region: p.text(),
    postalCode: p.text(),
    country: p.text(),
  },
})

const UserSchema = defineEntity({
  class: User,
  tableName: 'users',
  properties: {
    id: p.uuid().primary(),
    email: p.text(),
    emailKey: p.text(),
    emailVerified: p.boolean(),
    displayName: p.text(),
    avatarUrl: p.text(),
    bio: p.text(),
    language: p.text(),
    timeZone: p.text(),
    phone: p.text(),
    address: () => p.embedded(PostalAddressSchema).object().nullable(),
    passwordHash: p.text().nullable(),
    hasTotp: p.boolean(),
    oauthProviders: p.array(),
    roles: p.array(),
    registrationSource: p.text(),
    suspendedAt: p.datetime(3).nullable(),
    suspensionReason: p.text().nullable(),
    createdAt: p.datetime(3),
    lastLoginAt: p.datetime(3).nullable(),
    revision: p.integer().version(),
  },
})

const SessionSchema = defineEntity({
  class: Session,
  tableName: 'sessions',
  properties: {
    id: p.uuid().primary(),
    userId: p.uuid(),
    seed: p.blob(),
    generation: p.integer(),
    rotatedAt: p.datetime(3),
    device: p.text(),
    address: p.text(),
    createdAt: p.datetime(3),
    lastUsedAt: p.datetime(3),
    expiresAt: p.datetime(3),
    endedAt: p.datetime(3).nullable(),
    revision: p.integer().version(),
  },
})

const ErasureSchema = defineEntity({
  class: Erasure,
  tableName: 'erasures',
  properties: {
    id: p.uuid().primary(),
    userId: p.uuid(),
    requestedAt: p.datetime(3),
    awaited: p.array(),
    reports: p.json<ErasureReport[]>(),
    completedAt: p.datetime(3).nullable(),
    revision: p.integer().version(),
  },
})

const MailedLinkSchema = defineEntity({
  class: MailedLink,
  tableName: 'mailed_links',
  properties: {
    id: p.uuid().primary(),
    userId: p.uuid(),
    purpose: p.text().$type<MailedLink['purpose']>(),
    requestedAt: p.datetime(3),
    expiresAt: p.datetime(3),
    status: p.text().$type<MailedLink['status']>(),
    revision: p.integer().version(),
  },
})

const ApiKeySchema = defineEntity({
  class: ApiKey,
  tableName: 'api_keys',
  properties: {
    id: p.uuid().primary(),
    userId: p.uuid(),
    name: p.text(),
    prefix: p.text(),
    hash: p.blob(),
    scopes: p.array().$type<ApiKeyScope[]>(),
    createdAt: p.datetime(3),
    expiresAt: p.datetime(3),
    lastUsedAt: p.datetime(3).nullable(),
    revokedAt: p.datetime(3).nullable(),
    place: p.integer().nullable(),
    revision: p.integer().version(),
  },
})

const SecondFactorSchema = defineEntity({
  class: SecondFactor,
  tableName: 'second_factors',
  properties: {
    id: p.uuid().primary(),
    sealedSecret: p.blob(),
    confirmedAt: p.datetime(3).nullable(),
    lastStep: p.integer(),
    recoveryHashes: p.array(),
    revision: p.integer().version(),
  },
})

/** How the aggregates of identity are mapped. */
export const entities = [
  PostalAddressSchema,
  UserSchema,
  SessionSchema,
  ErasureSchema,
  MailedLinkSchema,
  ApiKeySchema,
  SecondFactorSchema,
]
