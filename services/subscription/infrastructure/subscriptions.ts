import { type Client, Code, ConnectError } from '@connectrpc/connect'
import type { IdentityService } from '#gen/troupe/identity/v1/identity_service_pb.ts'
import type { Clock } from '#shared/domain/clock.ts'
import { notFound } from '#shared/domain/errors.ts'
import type { Database } from '#shared/infrastructure/database.ts'
import type { UnitOfWork } from '#shared/infrastructure/unit-of-work.ts'
import type { Subscriptions } from '../application/ports.ts'
import { Subscription } from '../domain/subscription.ts'
import type { SubscriptionStatus } from '../domain/subscription-state.ts'

interface AllowanceRow {
  [column: string]: unknown
  tier: string
  status: SubscriptionStatus
  anchor: Date
  paid_until: Date | null
  next_tier: string
}

interface Parts {
  database: Database
  unit: () => UnitOfWork
  clock: Clock
  identity: Client<typeof IdentityService>
}

/** Subscriptions in the database, opened on demand; identity is asked about accounts that nobody has told of. */
export const createSubscriptions = ({ database, unit, clock, identity }: Parts): Subscriptions => {
  const add = (subscription: Subscription) => unit().add(subscription)
  const find = (userId: string) => unit().find(Subscription, userId)
  const get = async (userId: string) => {
    const known = await find(userId)
    if (known) return known
    const opened = Subscription.open(userId, clock.now())
    add(opened)
    return opened
  }
  const mustBeAccount = async (userId: string): Promise<void> => {
    try {
      await identity.getUser({ userId })
    } catch (error) {
      if (!(error instanceof ConnectError) || error.code !== Code.NotFound) throw error
      throw notFound('USER_NOT_FOUND', 'there is no such user')
    }
  }
  return {
    find,
    get,
    add,
    mustBeAccount,
    ofAccount: async (userId) => {
      const known = await find(userId)
      if (known?.status === 'EXPIRED') throw notFound('USER_NOT_FOUND', 'there is no such user')
      if (!known) await mustBeAccount(userId)
      return get(userId)
    },
    allowance: async (userId) => {
      const [row] = await database.look<AllowanceRow>(
        'select tier, status, anchor, paid_until, next_tier from subscriptions where id = $1',
        userId,
      )
      if (!row) return undefined
      const { tier, status, anchor, paid_until: paidUntil, next_tier: nextTier } = row
      return { tier, status, anchor, paidUntil: paidUntil ?? undefined, nextTier }
    },
  }
}
