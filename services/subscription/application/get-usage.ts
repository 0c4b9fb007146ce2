import { Subscription } from '../domain/subscription.ts'
import { tierOf, type UsageResource, usageResources } from '../domain/tier.ts'
import { counterPlace, tierAt } from '../domain/usage.ts'
import type { Ports } from './ports.ts'

/** How much of one resource is used. */
export interface UsageView {
  resource: UsageResource
  used: number
  reserved: number
  limit: number | undefined
  overrun: number
  resetsAt: Date | undefined
}

/** What a user has used of every resource. */
export const getUsage =
  ({ tiers, subscriptions, ledger, clock }: Ports) =>
  async (userId: string): Promise<UsageView[]> => {
    const now = clock.now()
    const allowance = (await subscriptions.allowance(userId)) ?? Subscription.open(userId, now)
    const { limits } = tierOf(await tiers.all(), tierAt(allowance, now))
    const places = usageResources.map((resource) => counterPlace(userId, resource, allowance.anchor, now))
    const counters = await ledger.counters(places.map(({ id }) => id))
    return places.map(({ id, resource, period }) => {
      const { used, committed } = counters.get(id) ?? { used: 0, committed: 0 }
      const limit = limits[resource]
      const overrun = limit === undefined ? 0 : Math.max(0, used - limit)
      return { resource, used, reserved: used - committed, limit, overrun, resetsAt: period?.end }
    })
  }
