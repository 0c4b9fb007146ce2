import { SubscriptionService } from '#gen/troupe/subscription/v1/subscription_service_pb.ts'
import type { UsageResource } from '#gen/troupe/subscription/v1/usage_pb.ts'
import { duration } from '../domain/timestamp.ts'
import { answerOf } from './clients/refusals.ts'
import type { Kernel } from './kernel.ts'

/** As long as subscription keeps a reservation at most; what takes longer to make is counted when it is there. */
const dayMs = 24 * 60 * 60_000

/**
 * Sets some of a resource aside until an event that carries the key takes it, or gives it back. When the unit comes to
 * nothing, it is given back at once. Throws LIMIT_REACHED.
 */
export const usageReservations = ({ client, unit, log }: Pick<Kernel, 'client' | 'unit' | 'log'>) => {
  const subscription = client(SubscriptionService)
  return async (userId: string, resource: UsageResource, key: string, amount: number): Promise<void> => {
    const wanted = { userId, resource, key, amount, expiresIn: duration(dayMs) }
    const { isUnlimited } = await answerOf(subscription.reserveUsage(wanted))
    if (isUnlimited) return
    unit().afterRefusal.push(() => {
      // What does not reach it lapses by itself.
      subscription.releaseUsage({ key }).catch((error: unknown) => log.debug('a quota was not released', { error }))
    })
  }
}
