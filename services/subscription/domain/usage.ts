import {
  UsageLimitReachedSchema,
  UsageThresholdReachedSchema,
} from '#gen/troupe/subscription/v1/subscription_events_pb.ts'
import { UsageResource as ToldResource } from '#gen/troupe/subscription/v1/usage_pb.ts'
import { Aggregate } from '#shared/domain/aggregate.ts'
import { exhausted, precondition } from '#shared/domain/errors.ts'
import { timestamp } from '#shared/domain/timestamp.ts'
import { type Period, periodAt } from './billing-period.ts'
import type { SubscriptionStatus } from './subscription-state.ts'
import { free, isCountedByPeriod, type UsageResource } from './tier.ts'

/** How long a reservation stands where nobody says. */
export const reservationMs = 2 * 60_000

/** How long one is remembered after that, for repeats: two periods, and whatever comes late. */
export const keepReservationsMs = 62 * 24 * 60 * 60_000

/** What of a subscription decides how much may be used. */
export interface Allowance {
  tier: string
  status: SubscriptionStatus
  anchor: Date
  paidUntil: Date | undefined
  nextTier: string
}

/** The tier that counts at a time, also where billing has not come round to a change that is due. */
export const tierAt = ({ tier, status, paidUntil, nextTier }: Allowance, now: Date): string => {
  if (!paidUntil || paidUntil > now) return tier
  return status === 'CANCELLED' ? free : nextTier || tier
}

/** Throws SUBSCRIPTION_SUSPENDED, SUBSCRIPTION_EXPIRED. */
export const mustBeUsable = ({ status }: Pick<Allowance, 'status'>): void => {
  if (status === 'SUSPENDED') {
    throw precondition('SUBSCRIPTION_SUSPENDED', 'the subscription is suspended until its invoice is paid')
  }
  if (status === 'EXPIRED') throw precondition('SUBSCRIPTION_EXPIRED', 'the account is gone')
}

/** Where a user's use of a resource is counted at a time. */
export interface CounterPlace {
  id: string
  userId: string
  resource: UsageResource
  /** Undefined for what is counted as long as it exists. */
  period: Period | undefined
}

export const counterPlace = (userId: string, resource: UsageResource, anchor: Date, at: Date): CounterPlace => {
  if (!isCountedByPeriod(resource)) return { id: `${userId}:${resource}`, userId, resource, period: undefined }
  const period = periodAt(anchor, at)
  return { id: `${userId}:${resource}:${period.start.toISOString()}`, userId, resource, period }
}

/** What there is no more of, how much of it was allowed, and when there will be more. */
export const limitReached = ({ userId, resource, period }: CounterPlace, limit: number, used: number) => {
  const name = resource.toLowerCase()
  const until = period
    ? `there are more from ${period.end.toISOString()}, or with a higher tier`
    : 'there are more when some of them are gone, or with a higher tier'
  const description = `${used} of ${limit} ${name} are used; ${until}`
  return exhausted('LIMIT_REACHED', description, {
    quota: {
      subject: `user:${userId}`,
      description,
      quotaMetric: `subscription.troupe/${name}`,
      quotaId: period ? `${name}-per-period` : name,
      quotaValue: BigInt(limit),
    },
    metadata: {
      resource,
      limit: String(limit),
      used: String(used),
      ...(period && { resets_at: period.end.toISOString() }),
    },
  })
}

/** From which percentage of a limit its user is told: the highest that is reached, 0 for none. */
export const levelOf = (used: number, limit: number): 0 | 80 | 100 =>
  used >= limit ? 100 : used * 5 >= limit * 4 ? 80 : 0

/** How much of a resource is used, as a counter told it at one of its versions. */
export interface CounterReading {
  userId: string
  resource: UsageResource
  used: number
  limit: number
  resetsAt: Date | undefined
  version: number
}

/** Something set aside, or taken. */
export class UsageReservation extends Aggregate {
  /** The key that it was asked for with. */
  readonly id!: string
  readonly counterId!: string

  /** Says how far a counter has come; it speaks on the stream of a reservation, for a counter has no time for one. */
  announce(level: 80 | 100, { resource, resetsAt, version, ...rest }: CounterReading): void {
    const told = {
      userId: rest.userId,
      resource: ToldResource[resource],
      used: BigInt(rest.used),
      limit: BigInt(rest.limit),
      usageVersion: BigInt(version),
      ...(resetsAt && { resetsAt: timestamp(resetsAt) }),
    }
    this.record(level === 100 ? UsageLimitReachedSchema : UsageThresholdReachedSchema, told)
  }
}
