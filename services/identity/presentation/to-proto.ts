import type { MessageInitShape } from '@bufbuild/protobuf'
import type { ApiKeySchema } from '#gen/troupe/identity/v1/api_key_pb.ts'
import type { ErasureSchema } from '#gen/troupe/identity/v1/erasure_pb.ts'
import type { SessionSchema, TokenPairSchema } from '#gen/troupe/identity/v1/session_pb.ts'
import type { PublicProfileSchema, UserSchema } from '#gen/troupe/identity/v1/user_pb.ts'
import { timestamp } from '#shared/domain/timestamp.ts'
import type { Profile } from '../application/ports.ts'
import type { Tokens } from '../application/sign-in.ts'
import type { ApiKey } from '../domain/api-key.ts'
import type { Erasure } from '../domain/erasure.ts'
import type { Session } from '../domain/session.ts'
import type { User } from '../domain/user.ts'

// The wire knows no unset timestamp but an absent field.
const optionalTime = <Name extends string>(name: Name, date: Date | undefined) =>
  (date ? { [name]: timestamp(date) } : {}) as { [key in Name]?: ReturnType<typeof timestamp> }

const shown = (user: User) => ({
  id: user.id,
  email: user.email,
  emailVerified: user.emailVerified,
  displayName: user.displayName,
  avatarUrl: user.avatarUrl,
  bio: user.bio,
  language: user.language,
  timeZone: user.timeZone,
  contact: { phone: user.phone, ...(user.address && { address: { ...user.address } }) },
  roles: user.roles,
  oauthProviders: user.oauthProviders,
  hasPassword: user.passwordHash !== undefined,
  hasTotp: user.hasTotp,
  isActive: user.isActive,
  createdAt: timestamp(user.createdAt),
  ...optionalTime('lastLoginAt', user.lastLoginAt),
})

/** As its owner sees it. */
export const toUser = (user: User): MessageInitShape<typeof UserSchema> => shown(user)

/** As operators see it. */
export const toAccount = (user: User): MessageInitShape<typeof UserSchema> => ({
  ...shown(user),
  ...(user.suspendedAt && {
    suspension: { reason: user.suspensionReason ?? '', suspendedAt: timestamp(user.suspendedAt) },
  }),
})

export const toErasure = (erasure: Erasure): MessageInitShape<typeof ErasureSchema> => ({
  userId: erasure.userId,
  requestedAt: timestamp(erasure.requestedAt),
  reports: erasure.reports.map(({ context, erased, erasedAt }) => ({
    context,
    erased: [...erased],
    erasedAt: timestamp(new Date(erasedAt)),
  })),
  awaited: erasure.awaited,
  ...optionalTime('completedAt', erasure.completedAt),
})

export const toPublicProfile = ({ createdAt, ...profile }: Profile): MessageInitShape<typeof PublicProfileSchema> => ({
  ...profile,
  createdAt: timestamp(createdAt),
})

export const toSession =
  (currentId: string) =>
  (session: Session): MessageInitShape<typeof SessionSchema> => ({
    id: session.id,
    device: session.device,
    address: session.address,
    createdAt: timestamp(session.createdAt),
    lastUsedAt: timestamp(session.lastUsedAt),
    expiresAt: timestamp(session.expiresAt),
    current: session.id === currentId,
  })

export const toTokenPair = ({ access, refresh }: Tokens): MessageInitShape<typeof TokenPairSchema> => ({
  accessToken: access.token,
  expiresAt: timestamp(access.expiresAt),
  refreshToken: refresh.token,
  refreshExpiresAt: timestamp(refresh.expiresAt),
})

export const toApiKey = (key: ApiKey): MessageInitShape<typeof ApiKeySchema> => ({
  id: key.id,
  name: key.name,
  prefix: key.prefix,
  scopes: [...key.scopes],
  createdAt: timestamp(key.createdAt),
  expiresAt: timestamp(key.expiresAt),
  ...optionalTime('lastUsedAt', key.lastUsedAt),
})
