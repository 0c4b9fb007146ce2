import { SubscriptionService } from '#gen/troupe/subscription/v1/subscription_service_pb.ts'
import { UsageResource } from '#gen/troupe/subscription/v1/usage_pb.ts'
import type { Kernel } from '#shared/infrastructure/kernel.ts'
import { usageReservations } from '#shared/infrastructure/usage.ts'
import type { Quota } from '../application/ports.ts'

/** What subscription allows. */
export const subscriptionQuota = (kernel: Pick<Kernel, 'client' | 'unit' | 'log'>): Quota => {
  const reserve = usageReservations(kernel)
  return {
    reserveVoice: (userId, key) => reserve(userId, UsageResource.VOICES, key, 1),
    releaseVoice: async (key) => void (await kernel.client(SubscriptionService).releaseUsage({ key })),
    reserveSpeech: (userId, key, thousands) => reserve(userId, UsageResource.SPEECH, key, thousands),
  }
}
