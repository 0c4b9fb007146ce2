import { notFound } from '#shared/domain/errors.ts'
import { Money } from '#shared/domain/money.ts'

/** What tiers limit; stories, films and paid speech by the billing period, the others as long as they exist. */
export const usageResources = ['STORIES', 'COLLABORATORS', 'FILMS', 'VOICES', 'SPEECH'] as const

export type UsageResource = (typeof usageResources)[number]

export const isCountedByPeriod = (resource: UsageResource): boolean =>
  resource === 'STORIES' || resource === 'FILMS' || resource === 'SPEECH'

/** The tier of whoever subscribed to nothing else. */
export const free = 'FREE'

/** The currency that everything is billed in. */
const billingCurrency = 'USD'

export const cents = (minorUnits: bigint | number): Money => Money.of(BigInt(minorUnits), billingCurrency)

/** What can be subscribed to. */
export interface Tier {
  id: string
  name: string
  /** Of one month. */
  price: Money
  features: readonly string[]
  /** Of what is not there, there is no limit. */
  limits: Readonly<Partial<Record<UsageResource, number>>>
}

/** Those that there are. Throws TIER_NOT_FOUND. */
export const tierOf = (tiers: readonly Tier[], id: string): Tier => {
  const tier = tiers.find((each) => each.id === id)
  if (!tier) throw notFound('TIER_NOT_FOUND', `there is no tier ${id}; ListTiers has those that there are`)
  return tier
}
