import { UsageResource } from '#gen/troupe/subscription/v1/usage_pb.ts'
import type { Kernel } from '#shared/infrastructure/kernel.ts'
import { usageReservations } from '#shared/infrastructure/usage.ts'
import type { Quota } from '../application/ports.ts'

/** What subscription allows. */
export const subscriptionQuota = (kernel: Pick<Kernel, 'client' | 'unit' | 'log'>): Quota => {
  const reserve = usageReservations(kernel)
  return { reserve: (userId, key) => reserve(userId, UsageResource.FILMS, key, 1) }
}
