import { contexts, rowsOf } from '../world.ts'
import { type Check, finder } from './finding.ts'

/** The event that tells of each call, once; some are told of by none. */
const eventOf: Record<string, string> = {
  RegisterUser: 'troupe.identity.v1.UserRegistered',
  UpdateProfile: 'troupe.identity.v1.ProfileUpdated',
  CreateStory: 'troupe.story.v1.StoryCreated',
  UpdateStory: 'troupe.story.v1.StoryUpdated',
  AnalyzeStory: 'troupe.story.v1.StoryAnalysisRequested',
  PublishStory: 'troupe.story.v1.PublishingStarted',
  DeleteStory: 'troupe.story.v1.StoryDeleted',
  SetPaymentMethod: 'troupe.subscription.v1.PaymentMethodChanged',
  ChangeTier: 'troupe.subscription.v1.SubscriptionUpgraded',
  CreateEvent: 'troupe.catalog.v1.EventCreated',
  PublishEvent: 'troupe.catalog.v1.EventPublished',
  CreateReservation: 'troupe.booking.v1.ReservationCreated',
  PayReservation: 'troupe.booking.v1.PaymentRequested',
  CancelReservation: 'troupe.booking.v1.CancellationRequested',
}

/** Every acknowledged call has its event once, every refused one none, and none has two, whatever became of its tries. */
export const checkCalls: Check = async (world, journal) => {
  const { add, expectCount, findings } = finder('one event a key')
  const counts = new Map<string, number>()
  for (const context of contexts) {
    const rows = await rowsOf<{ key: string; event_type: string; n: string }>(
      world,
      context,
      `select event_metadata->>'correlationId' as key, event_type, count(*) as n from event_store group by 1, 2`,
    )
    for (const { key, event_type, n } of rows) counts.set(`${key} ${event_type}`, Number(n))
  }
  for (const { key, method, outcome, isUncertain, reason } of journal.calls) {
    const event = eventOf[method]
    const what = `${method} ${key} (${outcome}${reason && ` ${reason}`})`
    if (outcome === 'open') add('stuck', `${what} was never answered`)
    if (!event) continue
    const count = counts.get(`${key} ${event}`) ?? 0
    // The text may have been analysed before.
    if (outcome === 'acknowledged' && method !== 'AnalyzeStory') expectCount(count, 1, what)
    else if (count > 1) expectCount(count, 1, what)
    else if (outcome === 'refused' && count > 0 && !isUncertain) expectCount(count, 0, what)
  }
  return findings
}
