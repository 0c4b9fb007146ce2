import { SubscriptionService } from '#gen/troupe/subscription/v1/subscription_service_pb.ts'
import { UsageResource } from '#gen/troupe/subscription/v1/usage_pb.ts'
import { duration } from '#shared/domain/timestamp.ts'
import type { Kernel } from '#shared/infrastructure/kernel.ts'
import { answerOf } from '#shared/infrastructure/refusals.ts'
import type { Quota } from '../application/ports.ts'

/** As long as subscription keeps a reservation at most; a story that takes longer to tell is counted when it is told. */
const dayMs = 24 * 60 * 60_000

/** What subscription allows. */
export const subscriptionQuota = ({ client, unit, log }: Pick<Kernel, 'client' | 'unit' | 'log'>): Quota => {
  const subscription = client(SubscriptionService)
  const reserve = async (userId: string, resource: UsageResource, key: string, amount: number) => {
    const wanted = { userId, resource, key, amount, expiresIn: duration(dayMs) }
    const { isUnlimited } = await answerOf(subscription.reserveUsage(wanted))
    if (isUnlimited) return
    unit().afterRefusal.push(() => {
      // What does not reach it lapses by itself.
      subscription.releaseUsage({ key }).catch((error: unknown) => log.debug('a quota was not released', { error }))
    })
  }
  return {
    reserveVoice: (userId, key) => reserve(userId, UsageResource.VOICES, key, 1),
    releaseVoice: async (key) => void (await subscription.releaseUsage({ key })),
    reserveSpeech: (userId, key, thousands) => reserve(userId, UsageResource.SPEECH, key, thousands),
  }
}
