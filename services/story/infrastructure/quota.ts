import { SubscriptionService } from '#gen/troupe/subscription/v1/subscription_service_pb.ts'
import { UsageResource } from '#gen/troupe/subscription/v1/usage_pb.ts'
import type { Kernel } from '#shared/infrastructure/kernel.ts'
import type { Quota } from '../domain/ports.ts'

/** What subscription allows. */
export const subscriptionQuota = ({ client, unit, log }: Pick<Kernel, 'client' | 'unit' | 'log'>): Quota => {
  const subscription = client(SubscriptionService)
  return {
    reserve: async (author, key) => {
      const { isUnlimited } = await subscription.reserveUsage({ userId: author, resource: UsageResource.STORIES, key })
      if (isUnlimited) return
      unit().afterRefusal.push(() => {
        // What does not reach it lapses by itself.
        subscription.releaseUsage({ key }).catch((error: unknown) => log.debug('a quota was not released', { error }))
      })
    },
  }
}
